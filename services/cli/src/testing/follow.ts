import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync } from 'node:fs';
import type { Ran } from './run-lvra.js';

/** What an operator has at hand. */
export interface Operator {
  /** Runs `lvra` on the data folder. */
  run(words: readonly string[]): Promise<Ran>;
  /** Where a copy of a file of the data folder is; undefined if there are no copies. */
  readonly copyOf?: (path: string) => string;
  /** Whether a stage has something to do now; it may well, by default. */
  readonly hasWork?: () => Promise<boolean>;
  /** Replaces the ledger by a copy. */
  readonly restoreLedger?: () => void;
}

/**
 * For tests: does what `lvra verify` advises, and no more: runs the commands in backticks, one after the other, and
 * restores files and the ledger from copies. Then the stages run.
 */
export async function follow(todo: string, operator: Operator): Promise<void> {
  const { copyOf, restoreLedger } = operator;
  const [, path] = /put (\S+) back from a copy/.exec(todo) ?? [];
  const commands = [...todo.matchAll(/`([^`]+)`/g)].map(([, command]) => wordsOf(command as string));
  if (path !== undefined) {
    assert.ok(copyOf, `there is no copy of ${path}`);
    cpSync(copyOf(path), path, { preserveTimestamps: true });
  }
  if (/in the place of log\.db/.test(todo)) {
    assert.ok(restoreLedger, 'there is no copy of the ledger');
    restoreLedger();
  } else assert.ok(commands.length > 0 || path !== undefined, `there is nothing that one could do in: ${todo}`);
  for (const [program, ...words] of commands) {
    if (program === 'rm') rmSync(words[0] as string);
    else if (program === 'mv') renameSync(words[0] as string, words[1] as string);
    else {
      assert.equal(program, 'lvra', `no operator runs ${program}`);
      const { code, stdout, stderr } = await operator.run(words);
      assert.equal(code, 0, `lvra ${words.join(' ')}: ${stdout}${stderr}`);
    }
  }
  if ((await operator.hasWork?.()) === false) return;
  const ran = await operator.run(['run', '--once', '--source', 'none']);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
}

/** As a shell splits a line; of quotes it knows the single ones. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'\\]|\\.|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped));
}
