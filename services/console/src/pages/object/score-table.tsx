import { Instant, linkWith, Measure, StemLink, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { ScoreAnswer } from './answer.js';

/** What has come of a score at Lasair, in a symbol and words. */
const FATES: Readonly<Record<string, readonly [kind: string, symbol: string, words: string]>> = {
  accepted: ['good', '✓', 'accepted'],
  sent: ['good', '✓', 'sent by the Python pipeline'],
  superseded: ['quiet', '·', 'superseded: a newer one was there'],
  below_lowest: ['quiet', '·', 'below LOWEST_SCORE'],
  refused: ['bad', '✗', 'not sent: Lasair could not store it'],
  rejected: ['bad', '✗', 'rejected by Lasair'],
  dry_run: ['quiet', '·', 'dry run: written to a file'],
  unanswered: ['warn', '?', 'sent, no answer yet'],
  unsent: ['quiet', '○', 'not sent'],
};

/** Thousands of rows would hold up other pages for a second; all scores are in the data. */
const MOST_ROWS = 200;

interface Props {
  readonly scores: readonly ScoreAnswer[];
  readonly url: URL;
  /** The provenance ID of the one that the page explains. */
  readonly explained: string | undefined;
}

export function ScoreTable({ scores, url, explained }: Props) {
  if (scores.length === 0) return <p class="none">It has no score.</p>;
  const shown = scores.slice(0, MOST_ROWS);
  const count = shown.length < scores.length ? `${shown.length} of ${scores.length}` : scores.length;
  const caption = `${count} ${scores.length === 1 ? 'score' : 'scores'} of every VRA and version, newest source first`;
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead
          of={[
            'observed (UTC)',
            'VRA',
            'version',
            ['score', 'number'],
            'explained',
            'at Lasair',
            'since (UTC)',
            'stem',
            ['source', 'extra'],
          ]}
        />
        <tbody>
          {shown.map((each) => (
            <tr>
              <td>
                <Instant at={each.observedUtc} withDate />
              </td>
              <td>{each.vra}</td>
              <td>{each.modelVersion ?? <Unknown />}</td>
              <td class="number">
                <Measure of={each.score} digits={4} />
              </td>
              <td>
                <a
                  href={`${linkWith(url, { explain: each.provenanceId })}#why`}
                  aria-current={each.provenanceId === explained ? 'true' : undefined}
                >
                  why
                </a>
              </td>
              <td>
                <Fate score={each} />
              </td>
              <td>
                <Instant at={each.fateAt} withDate />
              </td>
              <td>
                <StemLink stem={each.stem} />
              </td>
              <td class="extra">
                <span class="id">{each.diaSourceId ?? 'unknown'}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Fate({ score: { fate, fateDetail, isCurrent } }: { score: ScoreAnswer }) {
  const [kind, symbol, words] = FATES[fate] ?? ['quiet', '·', fate.replaceAll('_', ' ')];
  return (
    <>
      <span class={kind}>
        <span aria-hidden="true">{symbol}</span> {words}
      </span>
      {isCurrent && <strong> shown now</strong>}
      {fateDetail !== null && `: ${fateDetail}`}
    </>
  );
}
