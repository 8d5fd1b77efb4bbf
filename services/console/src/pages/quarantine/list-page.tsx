import { QUARANTINE_REASONS } from '@lvra/core';
import { becameOf, putAsideBy } from '@lvra/operations';
import type { PageContext } from '../../layout/context.js';
import { Count, Instant, linkWith, ObjectLink, Size, StemLink } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { Quarantined, QuarantineList } from './answer.js';

/** Those that put alerts aside. */
export const STAGES = ['consumer', 'feature', 'predict'] as const;

interface Asked {
  readonly stage?: string | undefined;
  readonly reason?: string | undefined;
  readonly all?: string | undefined;
}

interface Props {
  readonly data: QuarantineList;
  readonly params: Asked;
  readonly context: PageContext;
}

export function QuarantinePage({ data, params, context: { url } }: Props) {
  return (
    <article>
      <h1>Quarantine</h1>
      <div data-live="counts">
        <Counts data={data} params={params} url={url} />
      </div>
      <Filters params={params} />
      <Alerts alerts={data.alerts} />
      <div data-live="no-alerts">
        {data.alerts.length === 0 && (
          <p class="none">Nothing is in quarantine{isFiltered(params) && ' of this kind'}.</p>
        )}
      </div>
      {data.next !== null && (
        <nav class="pages" aria-label="Pages of the table">
          <a href={linkWith(url, { before: data.next })}>older alerts</a>
        </nav>
      )}
    </article>
  );
}

function isFiltered({ stage, reason }: Asked): boolean {
  return stage !== undefined || reason !== undefined;
}

function Counts({ data: { counts, countedNewest }, params, url }: { data: QuarantineList; params: Asked; url: URL }) {
  if (counts.length === 0) return null;
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">By reason</h2>
      <ul>
        {counts.map(({ stage, reason, alerts }) => (
          <li>
            <a
              href={linkWith(url, { stage, reason })}
              aria-current={stage === params.stage && reason === params.reason ? 'true' : undefined}
            >
              {stage}: {reason}
            </a>{' '}
            <Count of={alerts} />
          </li>
        ))}
      </ul>
      <p class="note">
        Those that can be replayed, once their cause is fixed: lvra quarantine replay.
        {countedNewest !== null && (
          <>
            {' '}
            Of the newest <Count of={countedNewest} />.
          </>
        )}
      </p>
    </section>
  );
}

function Filters({ params: { stage, reason, all } }: { params: Asked }) {
  return (
    <form class="filters" method="get" action="/quarantine">
      <Choice name="stage" label="Put aside by" of={STAGES} chosen={stage} />
      <Choice name="reason" label="Reason" of={QUARANTINE_REASONS} chosen={reason} />
      <label>
        <input type="checkbox" name="all" value="yes" checked={all === 'yes'} /> also replayed and removed ones
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly of: readonly string[];
  readonly chosen: string | undefined;
}

function Choice({ name, label, of, chosen }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select name={name}>
        <option value="">any</option>
        {of.map((each) => (
          <option value={each} selected={each === chosen}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Newest first. */
function Alerts({ alerts }: { alerts: readonly Quarantined[] }) {
  return (
    <Wide label="Alerts in quarantine, newest first">
      <table data-live-rows="quarantine">
        <caption>Alerts in quarantine, newest first</caption>
        <TableHead
          of={[
            ['number', 'number'],
            'put aside (UTC)',
            ['by', 'extra'],
            'reason',
            ['stem', 'extra'],
            ['object', 'extra'],
            ['size', 'number extra'],
            'what was found',
          ]}
        />
        <tbody>
          {alerts.map((alert) => (
            <tr data-key={alert.id}>
              <th scope="row" class="number">
                <a href={`/quarantine/${alert.id}`}>{alert.id}</a>
              </th>
              <td>
                <Instant at={alert.at} withDate />
              </td>
              <td class="extra">{putAsideBy(alert)}</td>
              <td>{alert.reason}</td>
              <td class="extra">
                <StemLink stem={alert.stem} />
              </td>
              <td class="extra">{alert.diaObjectId !== null && <ObjectLink id={alert.diaObjectId} />}</td>
              <td class="number extra">
                <Size bytes={alert.bytes} />
              </td>
              <td>{becameOf(alert) ?? alert.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
