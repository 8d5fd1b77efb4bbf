import { becameOf, putAsideBy } from '@lvra/operations';
import { Count } from '../../layout/parts.js';
import type { StemData } from './answer.js';

/** Its alerts that could not be used. */
export function InQuarantine({ data: { quarantined, inQuarantine } }: { data: StemData }) {
  if (quarantined.length === 0) return null;
  const all = quarantined.reduce((sum, { alerts }) => sum + alerts, 0);
  return (
    <section aria-labelledby="quarantined">
      <h2 id="quarantined">
        <Count of={all} /> in quarantine
      </h2>
      <ul>
        {inQuarantine.map((alert) => (
          <li>
            <a href={`/quarantine/${alert.id}`}>{alert.id}</a> by {putAsideBy(alert)}, position {alert.position}:{' '}
            {alert.reason}, {becameOf(alert) ?? alert.detail}
          </li>
        ))}
      </ul>
      {inQuarantine.length < all && (
        <p class="note">
          The first {inQuarantine.length}; all of them: <a href="/quarantine?all=yes">quarantine</a>.
        </p>
      )}
    </section>
  );
}
