import { readFileSync } from 'node:fs';
import { messageOf, parseId, UsageError } from '@lvra/core';

/**
 * The diaObjectIds that the user gave, each once, in their order: as arguments, of which `-` is standard input, and in
 * a file. Files have one or several a line, with spaces or commas between; `#` begins a remark.
 *
 * @throws UsageError if a file cannot be read, and for the first few words that are no id
 */
export function readObjectIds(given: readonly string[], file: string | undefined): bigint[] {
  const words = given.flatMap((word) => (word === '-' ? wordsIn(0, 'standard input') : [word]));
  if (file !== undefined) words.push(...wordsIn(file === '-' ? 0 : file, file));
  const ids = new Set<bigint>();
  const wrong: string[] = [];
  for (const word of words) {
    const id = parseId(word);
    if (id === undefined) wrong.push(word);
    else ids.add(id);
  }
  if (wrong.length > 0) throw new UsageError(wrong.slice(0, MOST_ISSUES).map(issueOf).join('\n'));
  return [...ids];
}

const MOST_ISSUES = 10;

function issueOf(word: string): string {
  return `${JSON.stringify(word.slice(0, 40))} is not a diaObjectId: write its digits`;
}

function wordsIn(file: string | 0, name: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${messageOf(error)}`);
  }
  return text
    .replace(/#.*$/gm, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}
