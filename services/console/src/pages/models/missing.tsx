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
        <details open={some.some(isWorse)}>
          <summary>{summaryOf(some)}</summary>
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
                      <Verdict share={share} />
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

function Verdict({ share }: { share: Share }) {
  if (isGone(share)) {
    return (
      <span class="bad">
        <span aria-hidden="true">✗</span> gone: no alert has it
      </span>
    );
  }
  if (!isWorse(share)) return null;
  return (
    <span class="warn">
      <span aria-hidden="true">◐</span> more than at import
    </span>
  );
}

/** So much more often missing than at import is no chance of one stem. */
const MORE = 0.1;

function increase({ atImport, now }: Share): number {
  return atImport === null || now === null ? 0 : now - atImport;
}

function isWorse(share: Share): boolean {
  return increase(share) > MORE;
}

function isGone(share: Share): boolean {
  return share.now === 1 && share.atImport !== null && share.atImport < 1;
}

function worseFirst(a: Share, b: Share): number {
  return increase(b) - increase(a) || (b.now ?? 0) - (a.now ?? 0);
}

function summaryOf(some: readonly Share[]): string {
  const worse = some.filter(isWorse).length;
  const all = `${some.length} ${some.length === 1 ? 'feature is' : 'features are'} missing at times`;
  return worse === 0 ? all : `${all}, ${worse} of them more than at import`;
}
