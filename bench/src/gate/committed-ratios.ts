import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GateRatios } from './gate.js';

/** The ratios that the gate compares a commit with. */
export interface CommittedRatios {
  /** Of the measured commit. */
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly ratios: GateRatios;
}

export const COMMITTED = fileURLToPath(new URL('../../results/ratios.json', import.meta.url));

/** By the major version of Node, because a newer V8 is faster at some things than at others. */
type ByNode = Record<string, CommittedRatios>;

const major = (version: string): string => version.replace(/^v/, '').split('.')[0] as string;

/** @throws Error if none are committed for this Node */
export function committedRatios(node = process.version, path = COMMITTED): CommittedRatios {
  const committed = read(path)[major(node)];
  if (!committed) {
    throw new Error(`${path} holds no ratios for Node ${major(node)}: \`make bench-gate RENEW=1\` measures them`);
  }
  return committed;
}

/** Replaces the ratios of the same Node. */
export function commitRatios(ratios: CommittedRatios, path = COMMITTED): void {
  const all = { ...read(path), [major(ratios.node)]: ratios };
  const rounded = (_key: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  writeFileSync(path, `${JSON.stringify(all, rounded, 2)}\n`);
}

const read = (path: string): ByNode => JSON.parse(readFileSync(path, 'utf8'));
