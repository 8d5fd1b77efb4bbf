import { isDone, STATUS, statusMeaning } from '@lvra/core';
import { ActionLink } from '../../layout/action-link.js';
import type { PageContext } from '../../layout/context.js';
import { Count, Duration, Instant, type Mark, State } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { type Bar, Waterfall } from '../../plot/waterfall.js';
import { markOfPartial, StageState } from '../stage-state.js';
import type { StemData } from './answer.js';

/** How each stage of each VRA stands with it. */
export function Statuses({ data: { stem, statuses, stages }, context }: { data: StemData; context: PageContext }) {
  if (statuses.length === 0) return <p class="none">No stage has to do with it.</p>;
  return (
    <Wide label="Status by stage">
      <table>
        <caption>Status by stage</caption>
        <TableHead of={['stage', 'VRA', 'how it stands', 'status', ['since (UTC)', 'extra']]} />
        <tbody>
          {statuses.map(({ stage, vra, status, meaning, at }) => (
            <tr>
              <th scope="row">{stage}</th>
              <td>{vra}</td>
              <td>
                <StageState of={stages.find((each) => each.stage === stage && each.vra === vra)} />{' '}
                {!isDone(status ?? STATUS.initialised) && (
                  <ActionLink context={context} name="retry" of={{ stem, stage, vra }}>
                    Try again
                  </ActionLink>
                )}
              </td>
              <td>
                {status} {meaning}
              </td>
              <td class="extra">
                <Instant at={at} withDate />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function markOf(stage: string, status: number | null): Mark {
  if (status === STATUS.done) return 'done';
  if (status === STATUS.partial) return markOfPartial(stage);
  return status === STATUS.initialised ? 'pending' : 'failed';
}

/** So many bars fit a screen. */
const MOST_BARS = 40;

/** From its oldest alert in Kafka to the last thing that happened to it. */
export function Way({ data: { begins, spans } }: { data: StemData }) {
  if (begins === null) return null;
  const shown = spans.slice(0, MOST_BARS);
  return (
    <section aria-labelledby="way">
      <h2 id="way">Its way</h2>
      <figure class="plot narrow">
        <Waterfall
          title="How long each stage took, one below the other; the table of events has the numbers"
          bars={shown.map(barOf)}
        />
        <figcaption>
          Begins at <Instant at={begins} withDate /> UTC
          {spans.length > shown.length && (
            <>
              ; the first {shown.length} of <Count of={spans.length} /> bars
            </>
          )}
          .
        </figcaption>
      </figure>
    </section>
  );
}

function barOf({ stage, vra, from, to, status }: StemData['spans'][number]): Bar {
  const name = stage === 'received' ? 'in Kafka' : vra === null ? stage : `${stage} ${vra}`;
  const hasFailed = status !== null && !isDone(status);
  const remark = hasFailed ? `✗ ${status}` : status === STATUS.partial ? '◐ partial' : undefined;
  return { name, stage, from, to, remark };
}

/** Of a stem that failed for days there are many. */
const MOST_EVENTS = 200;

/** Oldest first. */
export function Events({ data: { events } }: { data: StemData }) {
  if (events.length === 0) return null;
  const shown = events.slice(-MOST_EVENTS);
  return (
    <section aria-labelledby="events">
      <h2 id="events">What happened to it</h2>
      {shown.length < events.length && (
        <p class="note">
          The newest {shown.length} of <Count of={events.length} /> events.
        </p>
      )}
      <Wide label="Events, oldest first">
        <table>
          <caption>Events, oldest first</caption>
          <TableHead
            of={['when (UTC)', 'stage', 'VRA', 'outcome', ['rows', 'number extra'], ['took', 'number'], 'detail']}
          />
          <tbody>
            {shown.map(({ at, stage, vra, status, rows, durationMs, detail }) => (
              <tr>
                <td>
                  <Instant at={at} withDate />
                </td>
                <td>{stage}</td>
                <td>{vra}</td>
                <td>
                  <State is={markOf(stage, status)}>{statusMeaning(status)}</State>
                </td>
                <td class="number extra">
                  <Count of={rows} />
                </td>
                <td class="number">{durationMs !== undefined && <Duration ms={durationMs} />}</td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}
