import type { PageContext } from '../../layout/context.js';
import { Count, Instant, Size, Unknown } from '../../layout/parts.js';
import type { StemData } from './answer.js';
import { Events, Statuses, Way } from './history.js';
import { InQuarantine } from './in-quarantine.js';
import { Scores } from './scores.js';

/** Everything about one stem: where it came from, its way, and what came of it. */
export function StemPage({ data, context }: { data: StemData; context: PageContext }) {
  return (
    <article>
      <h1>
        Stem <span class="id">{data.stem}</span>
      </h1>
      {data.unscored.map((vra) => (
        <p class="message warn">
          <span aria-hidden="true">!</span> {vra} scored nothing of it, because its alerts are in quarantine.
        </p>
      ))}
      <div data-live="origin">
        <Origin data={data} />
      </div>
      <div data-live="way">
        <Statuses data={data} context={context} />
        <Way data={data} />
      </div>
      <div data-live="scores">
        <Scores data={data} />
      </div>
      <div data-live="quarantined">
        <InQuarantine data={data} />
      </div>
      <div data-live="events">
        <Events data={data} />
      </div>
    </article>
  );
}

function Origin({ data: { batch, offsets, files, logs, objects } }: { data: StemData }) {
  return (
    <dl class="pairs">
      <dt>from</dt>
      <dd>
        {batch === null ? (
          <Unknown why="the Python pipeline made it, which does not record it" />
        ) : (
          <Batch batch={batch} />
        )}
      </dd>
      {offsets.map(({ topic, partition, first, last, groupId }) => (
        <>
          <dt>offsets</dt>
          <dd>
            {topic}[{partition}] {first} to {last}, group {groupId}
          </dd>
        </>
      ))}
      {files.map(({ what, path, bytes }) => (
        <>
          <dt>{what}</dt>
          <dd>
            <code>{path}</code> <Size bytes={bytes} />
          </dd>
        </>
      ))}
      {files.length === 0 && (
        <>
          <dt>files</dt>
          <dd class="quiet">none are there any more, or yet</dd>
        </>
      )}
      <dt>objects</dt>
      <dd>
        <Count of={objects} /> with features
      </dd>
      {logs.length > 0 && (
        <>
          <dt>logs</dt>
          <dd>
            {logs.map((file, at) => (
              <>
                {at > 0 && ', '}
                <code>{file}</code>
              </>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

/** Its alerts are known from when it is registered. */
function Batch({ batch }: { batch: NonNullable<StemData['batch']> }) {
  const { alerts, bytes, source, consumer, reservedAt, registeredAt, abandonedAt } = batch;
  if (alerts === undefined) {
    return (
      <>
        reserved by {consumer} at <Instant at={reservedAt} withDate /> UTC,{' '}
        {abandonedAt === null ? (
          'never registered'
        ) : (
          <>
            given up at <Instant at={abandonedAt} withDate /> UTC
          </>
        )}
      </>
    );
  }
  return (
    <>
      <Count of={alerts} /> alerts (<Size bytes={bytes ?? 0} />) from {source}, registered at{' '}
      <Instant at={registeredAt} withDate /> UTC by {consumer}
    </>
  );
}
