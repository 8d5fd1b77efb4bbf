import type { Child } from 'hono/jsx';
import { Instant, linkWith, type Mark, Measure, ObjectLink, State, Unknown } from '../../layout/parts.js';
import { Wide } from '../../layout/wide.js';
import type { CandidatesData, CandidatesProps } from './answer.js';

type Row = CandidatesData['candidates'][number];

/** A column, and what it is ordered by at a click: the first direction first. */
interface Column {
  readonly name: string;
  readonly sorts?: readonly [string, string];
  readonly isNumber?: boolean;
  /** What the name does not say. */
  readonly about?: string;
  /** What the row is about. */
  readonly isHead?: boolean;
  /** Not on a narrow screen. */
  readonly isExtra?: boolean;
  cell(row: Row): Child;
}

const decimals = (value: number | null, digits: number, withSign = false) =>
  value === null ? <Unknown /> : `${withSign && value > 0 ? '+' : ''}${value.toFixed(digits).replace('-', '−')}`;

const brighter = (magnitude: string): Column => ({
  ...{ name: `>${magnitude}`, isNumber: true, isExtra: true },
  about: `sources of the object that are brighter than ${magnitude}`,
  cell: (row) => row.brighter?.[magnitude] ?? <Unknown />,
});

function columnsOf({ data, params, context }: CandidatesProps): Column[] {
  const { cone, against } = params;
  const optional = (is: boolean, column: Column) => (is ? [column] : []);
  return [
    {
      ...{ name: 'score', sorts: ['-score', 'score'], isNumber: true },
      cell: ({ score }) => <Measure of={score} digits={4} />,
    },
    ...optional(against !== undefined, {
      ...{ name: against === 'versions' ? 'other' : (against ?? ''), isNumber: true, isExtra: true },
      about: 'the score of the same source',
      cell: ({ other }) => <Measure of={other} digits={4} />,
    }),
    ...optional(against !== undefined, {
      ...{ name: 'difference', sorts: ['-difference', 'difference'], isNumber: true },
      cell: ({ score, other }) => decimals(other === null ? null : score - other, 4, true),
    }),
    {
      ...{ name: 'change', sorts: ['-change', 'change'], isNumber: true, isExtra: against !== undefined },
      about: "against the score of the object's source before",
      cell: ({ change }) => decimals(change, 3, true),
    },
    { name: 'object', isHead: true, cell: ({ diaObjectId }) => <ObjectLink id={diaObjectId} /> },
    {
      ...{ name: 'observed UTC', sorts: ['-time', 'time'], isExtra: true },
      // Alerts that are replayed were observed in another night.
      cell: ({ observedUtc }) => <Instant at={observedUtc} withDate={!isOfNight(observedUtc, data)} />,
    },
    { name: 'band', isExtra: true, cell: ({ band }) => band ?? <Unknown /> },
    {
      ...{ name: 'mag', sorts: ['magnitude', '-magnitude'], isNumber: true },
      about: 'AB, of the difference image; none where it is fainter than the template',
      cell: ({ magnitude }) => decimals(magnitude, 2),
    },
    {
      ...{ name: 'n', isNumber: true, isExtra: true },
      about: 'sources of the object that the VRA has scored, in all nights',
      cell: ({ sources }) => sources,
    },
    ...[brighter('22'), brighter('21')],
    {
      ...{ name: 'first', isNumber: true, isExtra: true },
      about: 'magnitudes that its latest source alone is brighter than: it rose above them in this alert',
      cell: ({ first }) => firstOf(first),
    },
    { name: 'ra', isNumber: true, isExtra: true, cell: ({ ra }) => decimals(ra, 5) },
    { name: 'dec', isNumber: true, isExtra: true, cell: ({ decl }) => decimals(decl, 5) },
    ...optional(cone !== undefined, {
      ...{ name: 'away', sorts: ['distance', '-distance'], isNumber: true },
      about: 'from the place that is asked for',
      cell: ({ distance }) => (distance === null ? <Unknown /> : <>{distance.toFixed(1)}″</>),
    }),
    ...optional(data.versions.length > 1, {
      name: 'version',
      isExtra: true,
      cell: ({ modelVersion }) => modelVersion ?? <Unknown />,
    }),
    ...optional(context.hasActions || data.candidates.some(({ label }) => label !== null), {
      name: 'label',
      about: 'the latest label that a person gave the object',
      cell: ({ label }) => label ?? <Unknown why="none" />,
    }),
    { name: 'at Lasair', isExtra: true, cell: (row) => <AtLasair row={row} pages={data.objectsAtLasair} /> },
    {
      name: 'TNS',
      isExtra: true,
      cell: ({ tnsName }) => tnsName ?? <Unknown why="none from a report sent from here" />,
    },
  ];
}

function isOfNight(at: string | null, { began, ends }: CandidatesData): boolean {
  return at === null || (began !== null && ends !== null && at >= began && at < ends);
}

function firstOf(first: readonly number[] | null): Child {
  if (first === null) return <Unknown />;
  return first.length === 0 ? 'none' : first.join(' ');
}

export function CandidatesTable({ isLive, ...props }: CandidatesProps & { isLive: boolean }) {
  const { data, params, context } = props;
  const columns = columnsOf(props);
  const sort = params.sort ?? '-score';
  const areObjects = params.rows !== 'sources';
  if (data.candidates.length === 0) return <p class="none">None of them. Loosen a filter, or choose another night.</p>;
  return (
    <Wide label="Candidates">
      <table
        data-seen-rows
        {...(context.hasActions && { 'data-labels': data.labels.join(',') })}
        {...(isLive && areObjects && { 'data-live-rows': 'candidates' })}
      >
        <caption>Candidates, {orderOf(sort)}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={classOf(column)} aria-sort={sortOf(column.sorts, sort)}>
                <Head column={column} sort={sort} url={context.url} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.candidates.map((row) => (
            <tr
              data-key={areObjects ? row.diaObjectId : row.provenanceId}
              {...(context.hasActions && { 'data-object': row.diaObjectId })}
            >
              {columns.map((column) =>
                column.isHead ? (
                  <th scope="row">{column.cell(row)}</th>
                ) : (
                  <td class={classOf(column)}>{column.cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Head({ column: { name, about, sorts }, sort, url }: { column: Column; sort: string; url: URL }) {
  const words = about === undefined ? name : <abbr title={about}>{name}</abbr>;
  if (sorts === undefined) return <>{words}</>;
  const [first, second] = sorts;
  return <a href={linkWith(url, { sort: sort === first ? second : first })}>{words}</a>;
}

function AtLasair({ row: { diaObjectId, fate, isCurrent }, pages }: { row: Row; pages: string }) {
  const marks: Readonly<Record<string, Mark>> = {
    ...{
      accepted: 'done',
      sent: 'done',
      refused: 'failed',
      rejected: 'failed',
      unsent: 'pending',
      unanswered: 'active',
    },
  };
  const words = fate.replaceAll('_', ' ');
  return (
    <a class="out state" rel="noreferrer" href={`${pages}${encodeURIComponent(diaObjectId)}/`} data-lasair>
      <State is={marks[fate] ?? 'none'}>{isCurrent ? `shown (${words})` : words}</State>
    </a>
  );
}

function classOf({ isNumber, isExtra }: Column): string | undefined {
  const classes = [...(isNumber ? ['number'] : []), ...(isExtra ? ['extra'] : [])];
  return classes.length === 0 ? undefined : classes.join(' ');
}

function sortOf(sorts: Column['sorts'], sort: string): 'ascending' | 'descending' | undefined {
  if (sorts === undefined || !sorts.includes(sort)) return undefined;
  return sort.startsWith('-') ? 'descending' : 'ascending';
}

function orderOf(sort: string): string {
  const word = sort.replace('-', '');
  if (word === 'magnitude') return sort === word ? 'the brightest first' : 'the faintest first';
  if (word === 'distance') return sort === word ? 'the nearest first' : 'the farthest first';
  if (word === 'time') return sort === word ? 'the oldest first' : 'the newest first';
  return `the ${sort === word ? 'lowest' : 'highest'} ${word} first`;
}
