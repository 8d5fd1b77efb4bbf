import { StemLink, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { percent } from '../../plot/histogram.js';
import type { ModelData } from './answers.js';

type Missing = NonNullable<ModelData['missing']>;
type Share = Missing['features'][number];

/** Which features are missing now, those that were there at import first. */
export function MissingPart({ missing }: { missing: Missing }) {
  const { stem, rows, why, features } = missing;
  const some = features.filter(({ atImport, now }) => (now ?? 0) > 0 || (atImport ?? 0) > 0).sort(worseFirst);
  const caption = `Features with missing values, of ${features.length}`;
  return (
    <section aria-labelledby="missing">
      <h2 id="missing">Missing features</h2>
      {stem === null ? (
        <p class="message warn">How often features are missing now is unknown: {why}.</p>
      ) : (
        <p>
          Now: the {rows} rows of <StemLink stem={stem} />, the newest feature file.
        </p>
      )}
      {some.length === 0 ? (
        <p class="none">No feature is known to be missing.</p>
      ) : (
        <details open={some.some((share) => isWorse(share, rows))}>
          <summary>{summaryOf(some, rows)}</summary>
          <Wide label={caption}>
            <table>
              <caption>{caption}</caption>
              <TableHead of={['feature', 'at import', 'now', [<span class="hidden">worse</span>]]} />
              <tbody>
                {some.map((share) => (
                  <tr>
                    <th scope="row">{share.feature}</th>
                    <td>{share.atImport === null ? <Unknown /> : percent(share.atImport)}</td>
                    <td>{share.now === null ? <Unknown /> : percent(share.now)}</td>
                    <td>
                      <Verdict share={share} rows={rows} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </details>
      )}
    </section>
  );
}

function Verdict({ share, rows }: { share: Share; rows: number }) {
  if (share.now === 1 && isBeyondChance(share, rows)) {
    return (
      <span class="bad">
        <span aria-hidden="true">✗</span> gone: no alert has it
      </span>
    );
  }
  if (!isWorse(share, rows)) return null;
  return (
    <span class="warn">
      <span aria-hidden="true">◐</span> more than at import
    </span>
  );
}

/** What is missing a little more often than at import matters to no score. */
const MORE = 0.1;
/** Standard deviations of the share that so many rows have by chance. */
const BEYOND_CHANCE = 3;

function increase({ atImport, now }: Share): number {
  return atImport === null || now === null ? 0 : now - atImport;
}

function isWorse(share: Share, rows: number): boolean {
  return increase(share) > MORE && isBeyondChance(share, rows);
}

/** Whether more are missing than a few rows have by chance: a stem of two says little. */
function isBeyondChance(share: Share, rows: number): boolean {
  const atImport = share.atImport ?? 0;
  return increase(share) > BEYOND_CHANCE * Math.sqrt((atImport * (1 - atImport)) / rows);
}

function worseFirst(a: Share, b: Share): number {
  return increase(b) - increase(a) || (b.now ?? 0) - (a.now ?? 0);
}

function summaryOf(some: readonly Share[], rows: number): string {
  const worse = some.filter((share) => isWorse(share, rows)).length;
  const all = `${some.length} ${some.length === 1 ? 'feature is' : 'features are'} missing at times`;
  return worse === 0 ? all : `${all}, ${worse} of them more than at import`;
}
