import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Ledger } from '@lvra/ledger';
import { execute, rowIn, type Value } from '@lvra/ledger/testing/look-inside';
import type { Check } from '@lvra/operations';
import type { Sandbox } from '@lvra/simulator';
import type { DataPaths } from '@lvra/store';

/** What a damage can lay its hands on: a copy of a data folder that is as promised. */
export interface Victim {
  readonly paths: DataPaths;
  readonly ledger: Ledger;
  readonly sandbox: Sandbox;
  /** The stems, oldest first. */
  readonly stems: readonly string[];
}

/** One kind of damage, and what must be said of it. */
export interface Damage {
  readonly name: string;
  readonly check: Check;
  readonly says: RegExp;
  /** @returns the stem or the object that must be named */
  readonly do: (victim: Victim) => Promise<{ stem?: string; object?: bigint }>;
}

export const run = (ledger: Ledger, sql: string, ...values: (Value | undefined)[]) =>
  execute(ledger, sql, ...(values as Value[]));
export const ask = async (ledger: Ledger, sql: string, ...values: (Value | undefined)[]) =>
  (await rowIn<Record<string, bigint & string>>(ledger, sql, ...(values as Value[])))!;

/** Changes a file as text. */
export function edit(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  assert.notEqual(changed, text, 'the damage did nothing');
  writeFileSync(path, changed);
}

/** Another last digit: what a double would do to an id. */
export const altered = (id: bigint | string) => `${String(id).slice(0, -1)}${(Number(String(id).at(-1)) + 1) % 10}`;

/** An object with several scores. */
export async function revisited(ledger: Ledger): Promise<{ diaObjectId: bigint; newest: bigint; older: bigint }> {
  const { diaObjectId, newest, older } = await ask(
    ledger,
    'SELECT diaObjectId, max(ID) AS newest, min(ID) AS older FROM provenance GROUP BY diaObjectId HAVING count(*) > 1 LIMIT 1',
  );
  return { diaObjectId: diaObjectId!, newest: newest!, older: older! };
}

/** Changes what the sandbox holds of an object. */
export function hold(
  sandbox: Sandbox,
  object: bigint,
  change: (held: Record<string, unknown>) => Record<string, unknown>,
) {
  const annotations = sandbox.annotations as unknown as Map<string, Record<string, unknown>>;
  const key = `r0b_lvra/${object}`;
  annotations.set(key, change(annotations.get(key) ?? {}));
}
