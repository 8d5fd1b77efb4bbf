import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { Ran } from './run-lvra.js';

/** What can run `lvra` on a data folder. */
interface Operator {
  run(words: readonly string[]): Promise<Ran>;
}

/**
 * For tests: does what `lvra verify` advises, as an operator does who reads no more than what stands in backticks. Then
 * the stages have their turn.
 */
export async function follow(todo: string, operator: Operator): Promise<void> {
  const commands = [...todo.matchAll(/`([^`]+)`/g)].map(([, command]) => wordsOf(command as string));
  assert.ok(commands.length > 0, `there is nothing to do in: ${todo}`);
  for (const [program, ...words] of commands) {
    if (program === 'rm') rmSync(words[0] as string);
    else {
      assert.equal(program, 'lvra', `no operator runs ${program}`);
      const { code, stdout, stderr } = await operator.run(words);
      assert.equal(code, 0, `lvra ${words.join(' ')}: ${stdout}${stderr}`);
    }
  }
  const ran = await operator.run(['run', '--once', '--source', 'none']);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
}

/** As a shell splits a line; of quotes it knows the single ones. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'\\]|\\.|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|\\(.)/g, (_, quoted, escaped) => quoted ?? escaped));
}
