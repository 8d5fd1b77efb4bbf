import { Count, Duration, linkWith, StemLink, Unknown } from '../../layout/parts.js';
import { Wide } from '../../layout/wide.js';
import { Done, StageState } from '../stage-state.js';
import type { TonightData } from './answer.js';

type Row = TonightData['stems'][number];

const PYTHON = 'made by the Python pipeline, which does not record it';

/** The stems, newest first, and how each stage stands with each. */
export function Stems({ data, only, url }: { data: TonightData; only: string | undefined; url: URL }) {
  const columns = data.vras.flatMap(({ vra, stages }) => stages.map(({ stage }) => ({ vra, stage })));
  const isOfOne = data.vras.length < 2;
  const caption = `Stems${only === undefined ? '' : `, ${only === 'dead' ? 'given up' : only} only`}, newest first`;
  return (
    <>
      <Wide label={caption}>
        <table data-live-rows="stems">
          <caption>{caption}</caption>
          <thead>
            <Head data={data} isOfOne={isOfOne} />
          </thead>
          <tbody>
            {data.stems.map((row) => (
              <StemRow row={row} columns={columns} />
            ))}
          </tbody>
        </table>
      </Wide>
      <div data-live="no-stems">
        {data.stems.length === 0 && <p class="none">{only === undefined ? 'No stems yet.' : 'There is none.'}</p>}
      </div>
      {data.next !== null && (
        <nav class="pages" aria-label="Pages of the table">
          <a href={linkWith(url, { before: data.next })}>older stems</a>
        </nav>
      )}
    </>
  );
}

/** With several VRAs, a line of their names above their stages. */
function Head({ data, isOfOne }: { data: TonightData; isOfOne: boolean }) {
  const rows = isOfOne ? undefined : 2;
  const stages = data.vras.flatMap(({ vra, stages }) => stages.map(({ stage }) => ({ vra, stage })));
  const names = stages.map(({ stage }) => <th scope="col">{stage}</th>);
  return (
    <>
      <tr>
        <th scope="col" rowspan={rows}>
          stem
        </th>
        <th scope="col" class="number" rowspan={rows}>
          alerts
        </th>
        <th scope="col" class="extra" rowspan={rows}>
          consumer
        </th>
        {isOfOne
          ? names
          : data.vras.map(({ vra, stages }) => (
              <th scope="colgroup" colspan={stages.length}>
                {vra}
              </th>
            ))}
        <th scope="col" class="number" rowspan={rows}>
          took
        </th>
        <th scope="col" class="number extra" rowspan={rows}>
          from Kafka
        </th>
      </tr>
      {!isOfOne && <tr>{names}</tr>}
    </>
  );
}

function StemRow({ row, columns }: { row: Row; columns: readonly { vra: string; stage: string }[] }) {
  return (
    <tr data-key={row.stem}>
      <th scope="row">
        <StemLink stem={row.stem} />
      </th>
      <td class="number">
        {row.alerts === null ? <Unknown why={PYTHON} /> : <Count of={row.alerts} />}
        {row.quarantined > 0 && (
          <span class="warn">
            {' '}
            +{row.quarantined}
            <span class="hidden"> in quarantine</span>
          </span>
        )}
      </td>
      <td class="extra">{row.registeredAt === null ? <Unknown why={PYTHON} /> : <Done ms={row.consumerMs} />}</td>
      {columns.map(({ vra, stage }) => (
        <td>
          <StageState of={row.stages.find((each) => each.vra === vra && each.stage === stage)} />
        </td>
      ))}
      <td class="number">
        <Took ms={row.tookMs} />
      </td>
      <td class="number extra">
        <Took ms={row.oldestTookMs} />
      </td>
    </tr>
  );
}

function Took({ ms }: { ms: number | null }) {
  return ms === null ? null : <Duration ms={ms} />;
}
