import { Count, Measure } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { ModelData } from './answers.js';

interface Props {
  readonly data: ModelData;
  readonly params: { readonly purity?: number | undefined; readonly threshold?: number | undefined };
}

/** How good each version is by the labels that people gave. */
export function QualityPart({ data: { vra, version, quality }, params }: Props) {
  const [first] = quality;
  if (first === undefined) return null;
  const { positiveLabels, negativeLabels, wantedPurity, atThreshold } = first;
  const caption = `Purity and completeness of each version, over objects labelled ${positiveLabels.join(', ')} (positive) or ${negativeLabels.join(', ')} (negative)`;
  return (
    <section aria-labelledby="labels">
      <h2 id="labels">By labels</h2>
      {quality.every(({ positive, negative }) => positive + negative === 0) ? (
        <p class="none">
          No object with such a label has a score. Labels come from keys in Candidates where actions are on, from{' '}
          <code>lvra label</code> and from <code>lvra labels import</code>.
        </p>
      ) : (
        <>
          <form class="filters" method="get" action={`/models/${encodeURIComponent(vra)}#labels`}>
            <input type="hidden" name="version" value={version} />
            <label>
              Wanted purity{' '}
              <input
                name="purity"
                value={params.purity ?? ''}
                size={4}
                inputmode="decimal"
                placeholder={`${wantedPurity}`}
              />
            </label>
            <label>
              threshold{' '}
              <input
                {...{ name: 'threshold', value: params.threshold ?? '', size: 4, inputmode: 'decimal' }}
                placeholder={`${atThreshold.threshold}`}
              />
            </label>
            <button type="submit">Show</button>
          </form>
          <Wide label={caption}>
            <table>
              <caption>{caption}</caption>
              <TableHead
                of={[
                  ...[
                    'version',
                    'positive',
                    'negative',
                    'unscored',
                    `purity from ${atThreshold.threshold}`,
                    'completeness',
                  ],
                  ...[`threshold of purity ${wantedPurity}`, 'completeness there'],
                ]}
              />
              <tbody>
                {quality.map((each) => (
                  <tr>
                    <th scope="row">{each.version}</th>
                    {[each.positive, each.negative, each.unscored].map((count) => (
                      <td class="number">
                        <Count of={count} />
                      </td>
                    ))}
                    {[each.atThreshold.purity, each.atThreshold.completeness].map((share) => (
                      <td class="number">
                        <Measure of={share} digits={4} />
                      </td>
                    ))}
                    <td class="number">{each.atPurity === null ? 'none' : each.atPurity.threshold}</td>
                    <td class="number">
                      <Measure of={each.atPurity?.completeness ?? null} digits={4} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
          <p class="note">
            Each object by its newest score of the version. The threshold is the lowest that gives the purity, so the
            one of greatest completeness. Labelled objects are a choice of people: among all of a night, purity may be
            another.
          </p>
        </>
      )}
    </section>
  );
}
