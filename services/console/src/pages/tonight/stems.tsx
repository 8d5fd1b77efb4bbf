import { Ago } from '../../layout/ago.js';
import { Count, Duration, linkWith, type Mark, State, StemLink, Unknown } from '../../layout/parts.js';
import { Wide } from '../../layout/wide.js';
import type { TonightData } from './answer.js';

type Row = TonightData['stems'][number];
type StageOfStem = Row['stages'][number];

const PYTHON = 'made by the Python pipeline, which does not record it';

/** The stems, newest first, and how each stage stands with each. */
export function Stems({ data, only, url }: { data: TonightData; only: string | undefined; url: URL }) {
  const columns = data.vras.flatMap(({ vra, stages }) => stages.map(({ stage }) => ({ vra, stage })));
  const isOfOne = data.vras.length < 2;
  const caption = `Stems${only === undefined ? '' : `, ${only === 'dead' ? 'given up' : only} only`}, newest first`;
  if (data.stems.length === 0) return <p class="none">{only === undefined ? 'No stems yet.' : 'There is none.'}</p>;
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
        <StageCell of={row.stages.find((each) => each.vra === vra && each.stage === stage)} />
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

function Done({ ms }: { ms: number | null }) {
  return (
    <State is="done">
      <span class="hidden">done </span>
      {ms !== null && <Duration ms={ms} />}
    </State>
  );
}

const MARKS: Readonly<Record<StageOfStem['progress'], Mark>> = {
  done: 'done',
  partial: 'partial',
  active: 'active',
  waiting: 'pending',
  later: 'none',
  failed: 'failed',
  dead: 'dead',
  none: 'none',
};

const WORDS = {
  partial: 'partial',
  active: 'being done',
  waiting: 'waits',
  failed: 'failed',
  dead: 'given up',
} as const;

function StageCell({ of }: { of: StageOfStem | undefined }) {
  if (of === undefined || of.progress === 'none') return <td class="quiet">none</td>;
  const { progress, ms, attempts, detail, meaning, nextAttempt } = of;
  if (progress === 'done') {
    return (
      <td>
        <Done ms={ms} />
        <Attempts of={attempts} />
      </td>
    );
  }
  if (progress === 'later') {
    return (
      <td class="quiet">
        <span aria-hidden="true">·</span>
        <span class="hidden">not yet</span>
      </td>
    );
  }
  const hasFailed = progress === 'failed' || progress === 'dead';
  return (
    <td>
      <State is={MARKS[progress]}>{WORDS[progress]}</State>
      {ms !== null && (
        <>
          {' '}
          <Duration ms={ms} />
        </>
      )}
      <Attempts of={attempts} />
      {nextAttempt !== null && (
        <>
          , due <Ago at={nextAttempt} />
        </>
      )}
      <Why summary={hasFailed ? meaning : 'why'} detail={detail} />
    </td>
  );
}

function Why({ summary, detail }: { summary: string | null; detail: string | null }) {
  if (detail === null) return summary === 'why' ? null : <p>{summary}</p>;
  return (
    <details>
      <summary>{summary}</summary>
      {detail}
    </details>
  );
}

/** One is not worth a word. */
function Attempts({ of }: { of: number }) {
  return of > 1 ? <span class="quiet">{` (attempt ${of})`}</span> : null;
}
