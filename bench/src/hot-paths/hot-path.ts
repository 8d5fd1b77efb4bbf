/** A part of the work that is done for every alert, alone and again and again. */
export interface HotPath {
  readonly name: string;
  /** How many alerts one call of `run` works on. */
  readonly alerts: number;
  run(): unknown;
}

/** Alerts as Kafka delivers them. */
export interface Input {
  readonly name: 'simulated' | 'real';
  readonly alerts: readonly Buffer[];
  /** For files, removed at the end. */
  readonly folder: string;
}
