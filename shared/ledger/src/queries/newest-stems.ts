import { isStem } from '@lvra/core';
import type { Questions } from '../database.js';
import type { Question } from '../statements.js';

/** Greater than the name of any stem. */
export const BEHIND_ALL = ':';

/**
 * The newest stems that a question has, newest first. Names that are not stems are skipped.
 *
 * @param question has names before @before, newest first, at most @most of them
 * @param before all names are smaller than this text
 */
export async function newestStems(
  ask: Questions,
  question: Question<string>,
  values: Readonly<Record<string, string>>,
  most: number,
  before = BEHIND_ALL,
): Promise<string[]> {
  const newest: string[] = [];
  let page = [before];
  while (page.length > 0 && newest.length < most) {
    page = await ask.all(question, { ...values, before: page.at(-1)!, most });
    newest.push(...page.filter(isStem));
  }
  return newest.slice(0, most);
}
