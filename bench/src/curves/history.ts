import { JsonCursor } from '@lvra/shared/json/cursor';
import type { SimulatedAlert } from '@lvra/shared/simulator/simulator';

const LIST = '"diaSourcesList": [';

/**
 * An alert with as many sources as wanted: its own over and over, the newest at the end, so that their size and its ids
 * stay real.
 *
 * @param alert in Lasair's full form
 */
export function withSources(alert: SimulatedAlert, sources: number): SimulatedAlert {
  const start = alert.text.indexOf(LIST) + LIST.length - 1;
  if (start < LIST.length - 1) throw new Error('the simulated alert has no diaSourcesList');
  const cursor = new JsonCursor().reset(Buffer.from(alert.text), start);
  const own: string[] = [];
  cursor.enterArray();
  do {
    cursor.value();
    own.push(alert.text.slice(cursor.valueStart, cursor.valueEnd));
  } while (cursor.nextInArray());
  const newest = own.findIndex((source) => source.includes(`"diaSourceId": ${alert.diaSourceId}`));
  const list = Array.from({ length: sources }, (_, before) => own.at((newest - before) % own.length) as string);
  const text = `${alert.text.slice(0, start + 1)}${list.reverse().join(', ')}]${alert.text.slice(cursor.position)}`;
  return { ...alert, text };
}
