import { becameOf, putAsideBy } from '@lvra/operations';
import { Count, Instant, ObjectLink, Size, StemLink, Unknown } from '../../layout/parts.js';
import type { OneQuarantined, Quarantined } from './answer.js';

const BYTES_A_LINE = 16;

export function OneQuarantinedPage({ data: { alert, shown, missing } }: { data: OneQuarantined }) {
  const became = becameOf(alert);
  return (
    <article>
      <h1>Alert {alert.id} in quarantine</h1>
      {became !== undefined && <p class="message good">{became}</p>}
      <Facts alert={alert} />
      <section aria-labelledby="bytes">
        <h2 id="bytes">What came</h2>
        {shown === null ? (
          <p class="none">There are no bytes to show: {missing}.</p>
        ) : (
          <>
            <p>
              <Size bytes={shown.bytes} /> <a href={`/quarantine/${alert.id}/bytes`}>download</a>
            </p>
            {shown.text !== null && <pre class="raw">{shown.text}</pre>}
            <details open={shown.text === null}>
              <summary>in hexadecimal</summary>
              <pre class="raw">{hexLines(shown.hex)}</pre>
            </details>
            {shown.hex.length / 2 < shown.bytes && (
              <p class="note">The first {shown.hex.length / 2} bytes; the download has all.</p>
            )}
          </>
        )}
      </section>
    </article>
  );
}

function Facts({ alert }: { alert: Quarantined }) {
  return (
    <dl class="pairs">
      <dt>reason</dt>
      <dd>
        {alert.reason}: {alert.detail}
      </dd>
      <dt>put aside</dt>
      <dd>
        by {putAsideBy(alert)}, <Instant at={alert.at} withDate /> UTC
      </dd>
      <dt>stem</dt>
      <dd>
        <StemLink stem={alert.stem} />, position {alert.position}
      </dd>
      <dt>Kafka</dt>
      <dd>
        <Offsets alert={alert} />
      </dd>
      <dt>received</dt>
      <dd>
        <Instant at={alert.received} withDate />
      </dd>
      {alert.diaObjectId !== null && (
        <>
          <dt>object</dt>
          <dd>
            <ObjectLink id={alert.diaObjectId} />
          </dd>
        </>
      )}
      {alert.diaSourceId !== null && (
        <>
          <dt>source</dt>
          <dd class="id">{alert.diaSourceId}</dd>
        </>
      )}
    </dl>
  );
}

/** One message, or a batch of them that could not be unpacked. */
function Offsets({ alert: { topic, partition, offset, offsets = 1 } }: { alert: Quarantined }) {
  if (topic === undefined || offset === null)
    return <Unknown why="it did not come from Kafka, or nobody recorded it" />;
  const place = `${topic}[${partition}]`;
  if (offsets === 1) return <>{`${place} offset ${offset}`}</>;
  return (
    <>
      {`${place} offsets ${offset} to ${BigInt(offset) + BigInt(offsets - 1)}, a batch of `}
      <Count of={offsets} /> messages
    </>
  );
}

/** As hexdump writes them. */
function hexLines(hex: string): string {
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += 2 * BYTES_A_LINE) {
    const bytes = Buffer.from(hex.slice(at, at + 2 * BYTES_A_LINE), 'hex');
    const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    lines.push(`${(at / 2).toString(16).padStart(4, '0')}  ${digits.padEnd(3 * BYTES_A_LINE)} ${text}`);
  }
  return lines.join('\n');
}
