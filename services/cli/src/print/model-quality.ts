import type { ModelQuality, QualityAt } from '@lvra/operations';
import { count, table } from '../command-line/output.js';

/** How good the compared versions are by the labels; what is missing where there are none. */
export function describeQuality(versions: readonly (readonly [name: string, quality: ModelQuality])[]): string {
  const [first] = versions.map(([, quality]) => quality) as [ModelQuality];
  const { positiveLabels, negativeLabels, wantedPurity, atThreshold } = first;
  if (versions.every(([, { positive, negative }]) => positive + negative === 0)) {
    return `No object with a label of the VRA (${[...positiveLabels, ...negativeLabels].join(', ')}) has a score: \`lvra label\` and \`lvra labels import\` make labels.`;
  }
  const head = ['', 'labelled', 'positive', 'unscored', ...columnsOf(`from ${atThreshold.threshold}`)];
  const rows = versions.map(([name, { positive, negative, unscored, atThreshold, atPurity }]) => [
    ...[name, count(positive + negative), count(positive), count(unscored)],
    ...cellsOf(atThreshold),
    // With all digits: rounded up it would leave out the object that it is the score of.
    atPurity === null ? 'none' : String(atPurity.threshold),
    atPurity === null ? '' : share(atPurity.completeness),
  ]);
  return [
    `By labels (positive: ${positiveLabels.join(', ')}; negative: ${negativeLabels.join(', ')}), each object by its newest score:`,
    table([...head, `threshold of purity ${wantedPurity}`, 'completeness'], rows, [1, 2, 3, 4, 5, 6, 7]),
    'Labelled objects are a choice of people, not the night: among others purity may be another.',
  ].join('\n');
}

const columnsOf = (where: string) => [`purity ${where}`, `completeness ${where}`];

const cellsOf = ({ purity, completeness }: QualityAt) => [share(purity), share(completeness)];

function share(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(4);
}
