import { readEnvelope } from '@lvra/shared/alerts/envelope';
import { JsonCursor } from '@lvra/shared/json/cursor';
import { readValue } from '@lvra/shared/json/values';
import { parseable, parseExactly } from '../floors.js';
import type { HotPath, HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';

/** What every ratio is against: JSON.parse of the same bytes as text, with NaN already replaced. Ids come out wrong. */
export function bareParse({ name, alerts }: Input): HotPath {
  const texts = alerts.map(parseable);
  const run = () => {
    for (const text of texts) JSON.parse(text);
  };
  return { group: 'parse', name: 'bare JSON.parse', input: name, alerts: alerts.length, run };
}

/** The consumer's check of a message, and an alert as objects with every digit of its ids. */
export function parsePaths({ name, alerts }: Input): HotPaths {
  const cursor = new JsonCursor();
  const of = { group: 'parse', input: name, alerts: alerts.length } as const;
  return {
    paths: [
      {
        ...of,
        name: 'envelope: all grammar, and the id',
        run: () => {
          for (const bytes of alerts) readEnvelope(bytes);
        },
      },
      {
        ...of,
        name: 'JSON.parse with ids in quotes',
        run: () => {
          for (const bytes of alerts) parseExactly(bytes);
        },
      },
      {
        ...of,
        name: 'objects with exact ids',
        run: () => {
          for (const bytes of alerts) readValue(cursor.reset(bytes), bytes);
        },
      },
    ],
  };
}
