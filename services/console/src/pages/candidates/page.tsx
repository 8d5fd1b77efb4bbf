import { NightFiles } from '../../layout/night-files.js';
import { Count, linkWith, StemLink, Things } from '../../layout/parts.js';
import type { CandidatesProps } from './answer.js';
import { Filters } from './filters.js';
import { Presets } from './presets.js';
import { CandidatesTable } from './table.js';

export function CandidatesPage(props: CandidatesProps) {
  const { data, params, context } = props;
  const isNewest = data.nightAfter === null && params.after === undefined;
  return (
    <>
      <h1>
        Candidates of {data.vra}
        {data.night !== null && `, night ${dateOf(data.night)}`}
      </h1>
      <Nights {...props} />
      <Presets {...props} />
      <Filters {...props} />
      {data.night === null ? (
        <p class="none">{data.vra} has scored nothing yet. Candidates come here as soon as it has.</p>
      ) : (
        <>
          <div {...(isNewest && { 'data-live': 'found' })}>
            <Found {...props} />
          </div>
          <Looked {...props} />
          <CandidatesTable {...props} isLive={isNewest} />
          <Pages {...props} />
          <Downloads url={context.url} />
          <NightFiles night={data.night} />
        </>
      )}
    </>
  );
}

/** `2026-04-22` of 20260422. */
function dateOf(night: string): string {
  return `${night.slice(0, 4)}-${night.slice(4, 6)}-${night.slice(6)}`;
}

function Nights({ data, context }: CandidatesProps) {
  const { nightBefore, nightAfter, began, ends } = data;
  return (
    <nav class="pages" aria-label="Nights">
      {nightBefore !== null && (
        <a rel="prev" href={linkWith(context.url, { night: nightBefore })}>
          ← {dateOf(nightBefore)}
        </a>
      )}
      {began !== null && ends !== null && (
        <span>
          noon <time datetime={began}>{began.slice(0, 10)}</time> to noon{' '}
          <time datetime={ends}>{ends.slice(0, 10)}</time> UTC
        </span>
      )}
      {nightAfter !== null && (
        <>
          <a rel="next" href={linkWith(context.url, { night: nightAfter })}>
            {dateOf(nightAfter)} →
          </a>
          <a href={linkWith(context.url, { night: undefined })}>newest night</a>
        </>
      )}
    </nav>
  );
}

/** How many there are, and what nobody can know of the others. */
function Found({ data, params }: CandidatesProps) {
  const { matched, considered, scores, beginsAt, unusable, unknown, orderedAmong } = data;
  const left = Object.entries(unknown).filter(([, rows]) => rows > 0);
  return (
    <>
      <p>
        <strong>
          <Count of={matched} />
        </strong>{' '}
        of <Things of={considered} name={params.rows === 'sources' ? 'score' : 'object'} />
        {params.rows !== 'sources' && (
          <>
            , each by its newest of <Things of={scores} name="score" />
          </>
        )}
      </p>
      {left.length > 0 && (
        <p class="message warn">
          Left out because it is not recorded:{' '}
          {left.map(([what, rows], at) => (
            <>
              {at > 0 && ', '}
              {what} of <Count of={rows} />
            </>
          ))}
          . Nights of releases before this one, and of the Python pipeline, have scores without them.
        </p>
      )}
      {beginsAt !== null && (
        <p class="message warn">
          The night has more scores than can be shown together: those from <StemLink stem={beginsAt} /> on are here.
        </p>
      )}
      {orderedAmong !== null && (
        <p class="message warn">
          Ordered are the <Count of={orderedAmong} /> with the highest scores: finding the change of every one takes too
          long. Raise the lowest score to see others.
        </p>
      )}
      {params.tns !== undefined && (
        <p class="note">
          A name at TNS is known here if it came with a report sent by <code>lvra tns-report</code>; others may have
          reported more.
        </p>
      )}
      {unusable > 0 && (
        <p class="note">
          Left out: <Things of={unusable} name="score" /> without an object or a value.
        </p>
      )}
    </>
  );
}

/** How many rows are seen, and which keys label the object of a row. */
function Looked({ data: { labels }, context }: CandidatesProps) {
  return (
    <p class="note">
      {context.hasActions && (
        <>
          Keys that label the row:{' '}
          {labels.map((label, at) => (
            <>
              <kbd>{at + 1}</kbd> {label},{' '}
            </>
          ))}
          <kbd>u</kbd> takes it back.{' '}
        </>
      )}
      <span data-seen-count hidden /> <span role="status" data-label-status />
    </p>
  );
}

function Pages({ data, params, context }: CandidatesProps) {
  if (data.next === null && params.after === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages of the table">
      {params.after !== undefined && <a href={linkWith(context.url, {})}>First page</a>}
      {data.next !== null && (
        <a rel="next" href={linkWith(context.url, { after: data.next })}>
          Next {params.limit}
        </a>
      )}
    </nav>
  );
}

function Downloads({ url }: { url: URL }) {
  const data = linkWith(url, { seen: undefined, limit: undefined });
  const table = linkWith(url, { seen: undefined, limit: undefined, format: 'csv' });
  return (
    <p>
      All of these as <a href={`/api/v1${table}`}>CSV</a> (up to 10,000 rows), a page at a time as{' '}
      <a href={`/api/v1${data}`}>JSON</a>
    </p>
  );
}
