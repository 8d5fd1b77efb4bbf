/** A part of the work on alerts that is done for every one of them, alone and again and again. */
export interface HotPath {
  /** What `--only` selects it by. */
  readonly group: Group;
  readonly name: string;
  /** Which alerts it works on. */
  readonly input: InputName;
  /** How many alerts one call of `run` works on. */
  readonly alerts: number;
  /** Makes what the next call of `run` needs; not measured. */
  before?(): void;
  run(): unknown;
}

export const GROUPS = ['parse', 'features', 'csv', 'score', 'ledger', 'annotation'] as const;
export type Group = (typeof GROUPS)[number];

export type InputName = 'simulated' | 'real';

/** Hot paths of a group, with what they hold open. */
export interface HotPaths {
  readonly paths: readonly HotPath[];
  close?(): unknown;
}
