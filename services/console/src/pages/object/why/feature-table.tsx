import { quantileInWords } from '@lvra/operations';
import { Unknown } from '../../../layout/parts.js';
import { type Column, TableHead } from '../../../layout/table-head.js';
import { Wide } from '../../../layout/wide.js';
import type { FeatureAnswer } from './answer.js';
import { ContributionBar } from './contribution-bar.js';
import { signed } from './numbers.js';

interface Props {
  readonly caption: string;
  readonly features: readonly FeatureAnswer[];
  /** Those that are not in the table: their sum is its last row. */
  readonly rest: readonly FeatureAnswer[];
  /** The contribution whose bar is as long as a bar can be; 0 where there are none. */
  readonly strongest: number;
}

/** A feature a row, with a bar of what it added. */
export function FeatureTable({ caption, features, rest, strongest }: Props) {
  const hasContributions = features.some(({ contribution }) => contribution !== null);
  const added: Column[] = hasContributions ? [['added', 'number']] : [];
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead of={['feature', ...added, ['value', 'number'], ['quantile', 'number']]} />
        <tbody>
          {features.map((each) => (
            <tr>
              <th scope="row">{each.feature}</th>
              {hasContributions && <Added contribution={each.contribution} strongest={strongest} />}
              <td class="number">{each.value ?? 'missing'}</td>
              <td class="number">{quantileInWords(each) || <Unknown why="the model’s manifest does not tell" />}</td>
            </tr>
          ))}
          {rest.length > 0 && (
            <tr>
              <th scope="row">the other {rest.length} together</th>
              <Added contribution={sumOf(rest)} strongest={strongest} />
              <td />
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </Wide>
  );
}

function Added({ contribution, strongest }: { contribution: number | null; strongest: number }) {
  if (contribution === null) return null;
  return (
    <td class="number">
      {signed(contribution)} <ContributionBar contribution={contribution} strongest={strongest} />
    </td>
  );
}

function sumOf(features: readonly FeatureAnswer[]): number {
  return features.reduce((sum, { contribution }) => sum + (contribution ?? 0), 0);
}

export function strongestOf(features: readonly FeatureAnswer[]): number {
  return Math.max(0, ...features.map(({ contribution }) => Math.abs(contribution ?? 0)));
}
