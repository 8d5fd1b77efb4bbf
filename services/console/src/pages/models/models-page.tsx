import type { ModelsData } from './answers.js';
import { FileFaults, modelAddress, Stability, VersionTable } from './parts.js';

export function ModelsPage({ data }: { data: ModelsData }) {
  return (
    <>
      <h1>Models</h1>
      {data.vras.length === 0 && <p class="none">The settings name no VRA.</p>}
      {data.vras.map(({ vra, wantedVersion, versions, unusable, newest, annotates, folder }) => (
        <section aria-labelledby={`vra-${vra}`}>
          <h2 id={`vra-${vra}`}>
            <a href={`/models/${encodeURIComponent(vra)}`}>{vra}</a>
          </h2>
          <p class="note">
            {annotates ? 'annotates at Lasair' : 'keeps its scores here (ANNOTATE: no)'} · models in {folder}
          </p>
          {newest && (
            <p>
              Scores of <a href={modelAddress(vra, wantedVersion)}>{wantedVersion}</a> of {newest.night} (UTC date):{' '}
              <Stability psi={newest.psi} />
            </p>
          )}
          <VersionTable vra={vra} versions={versions} />
          <FileFaults {...{ vra, versions, wantedVersion, unusable }} />
        </section>
      ))}
    </>
  );
}
