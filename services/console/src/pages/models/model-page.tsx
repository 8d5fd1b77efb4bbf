import { Count } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { Histogram, percent, SmallHistogram } from '../../plot/histogram.js';
import type { PageProps } from '../../routes/resource.js';
import type { MODEL_ANSWER, ModelData } from './answers.js';
import { ComparisonForm, ComparisonPart } from './comparison.js';
import { MissingPart } from './missing.js';
import type { MODEL_PARAMS } from './params.js';
import { FileFaults, Stability, VersionTable } from './parts.js';
import { QualityPart } from './quality.js';

export function ModelPage({ data, params }: PageProps<typeof MODEL_PARAMS, typeof MODEL_ANSWER>) {
  const { vra, version, versions, wantedVersion, unusable, manifest, spread, missing, comparison } = data;
  return (
    <>
      <h1>{`Model ${vra} ${version}`}</h1>
      <FileFaults {...{ vra, versions, wantedVersion, unusable }} />
      <VersionTable {...{ vra, versions }} shown={version} />
      <SpreadPart {...{ spread, version }} lowestScore={data.lowestScore} />
      <QualityPart data={data} params={params} />
      {missing && <MissingPart missing={missing} />}
      <section aria-labelledby="compare">
        <h2 id="compare">Compared with another version</h2>
        <ComparisonForm data={data} params={params} />
        {comparison && <ComparisonPart comparison={comparison} />}
      </section>
      {manifest && <ManifestPart manifest={manifest} folder={data.folder} featureSet={data.featureSet} />}
    </>
  );
}

function SpreadPart({ spread, version, lowestScore }: Pick<ModelData, 'spread' | 'version' | 'lowestScore'>) {
  const { edges, atImport, nights } = spread;
  const [newest] = nights;
  return (
    <section aria-labelledby="spread">
      <h2 id="spread">Scores, day by day</h2>
      {newest === undefined ? (
        <p class="none">
          No score of {version} has been counted: nights of the Python pipeline are not, and a new version has none yet.
        </p>
      ) : (
        <>
          <figure class="plot narrow">
            <Histogram
              title={`Spread of the scores of ${version} of ${newest.night} (UTC date)`}
              edges={edges}
              bars={{ name: `${newest.night} UTC`, counts: newest.counts }}
              line={atImport ? { name: 'at import', counts: atImport } : undefined}
              threshold={lowestScore ?? undefined}
            />
            <figcaption>
              Scores of {newest.night} (UTC date)
              {atImport ? ', and at import as a line' : '; the manifest does not say how they were spread at import'}
              {lowestScore !== null && `. Dashed: LOWEST_SCORE ${lowestScore}`}
            </figcaption>
          </figure>
          <NightTable edges={edges} nights={nights} isAgainstImport={atImport !== null} />
        </>
      )}
    </section>
  );
}

interface NightsProps {
  readonly edges: readonly number[];
  readonly nights: ModelData['spread']['nights'];
  readonly isAgainstImport: boolean;
}

function NightTable({ edges, nights, isAgainstImport }: NightsProps) {
  const caption = `Nights with scores, the newest first, against ${isAgainstImport ? 'the import' : 'the week before each'}`;
  return (
    <>
      <Wide label={caption}>
        <table>
          <caption>{caption}</caption>
          <TableHead of={['UTC date', 'scores', 'stability (PSI)', ['spread, 0 to 1', 'extra']]} />
          <tbody>
            {nights.map(({ night, scores, psi, counts }) => (
              <tr data-key={night}>
                <th scope="row">{night}</th>
                <td>
                  <Count of={scores} />
                </td>
                <td>
                  <Stability psi={psi} />
                </td>
                <td class="extra">
                  <SmallHistogram edges={edges} counts={counts} />
                  <span class="hidden">{describe(edges, counts)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <p class="note">
        Population stability index: below 0.1 the scores are spread as they should be, above 0.25 the sky, the alerts or
        the features changed. A day of fewer than 200 scores does not tell. Scores are counted by UTC date, so a night
        of Rubin is in two.
      </p>
    </>
  );
}

function describe(edges: readonly number[], counts: readonly number[]): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count, bin) => `from ${edges[bin]}: ${percent(count / total)}`).join(', ');
}

interface ManifestProps {
  readonly manifest: NonNullable<ModelData['manifest']>;
  readonly folder: string;
  readonly featureSet: string;
}

function ManifestPart({ manifest, folder, featureSet }: ManifestProps) {
  const { sha256, created, input, classes, features, facts } = manifest;
  return (
    <section aria-labelledby="manifest">
      <h2 id="manifest">What its manifest says</h2>
      <dl class="pairs">
        <dt>made</dt>
        <dd>{created}</dd>
        <dt>folder</dt>
        <dd>{folder}</dd>
        <dt>sha256</dt>
        <dd>
          <code>{sha256}</code>
        </dd>
        <dt>input</dt>
        <dd>
          {input}, {features.length} features of the set {featureSet}, classes {classes.join(', ')}
        </dd>
      </dl>
      {facts.length > 0 && (
        <details>
          <summary>How it was trained, tested and imported</summary>
          <dl class="pairs">
            {facts.map(({ name, value }) => (
              <>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}
