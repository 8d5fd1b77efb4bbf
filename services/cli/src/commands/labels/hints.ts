import type { Settings } from '@lvra/config';
import { count } from '../../command-line/output.js';

/** At most this many labels are named. */
const NAMED = 5;

/** Which labels no VRA counts: they may be misspelt. Undefined if there are none. */
export function uncountedHint({ vras }: Pick<Settings, 'vras'>, labels: Iterable<string>): string | undefined {
  const counting = new Set(
    vras.flatMap(({ positiveLabels, negativeLabels }) => [...positiveLabels, ...negativeLabels]),
  );
  const others = [...new Set(labels)].filter((label) => !counting.has(label));
  if (others.length === 0) return undefined;
  const more = others.length > NAMED ? ` and ${count(others.length - NAMED)} more` : '';
  const named = others.slice(0, NAMED).map((label) => JSON.stringify(label));
  return `purity and completeness leave out ${named.join(', ')}${more}: what counts is ${[...counting].join(', ')}`;
}

/** Of which objects no alert came: their IDs may be wrong. Undefined if there are none. */
export function unseenHint(unseen: ReadonlySet<bigint>, objects: number): string | undefined {
  const [example] = unseen;
  if (example === undefined) return undefined;
  const why = 'they may be of other years, or a spreadsheet has rounded the ids';
  if (objects === 1) return `no alert came of ${example}: is the id right?`;
  return `no alert came of ${unseen.size === 1 ? 'one' : count(unseen.size)} of them, such as ${example}: ${why}`;
}
