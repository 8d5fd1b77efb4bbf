import { JsonCursor } from '@lvra/shared/json/cursor';

const LIST = '"diaSourcesList": [';

/**
 * An alert with as many sources as wanted: its own sources over and over, so that their size and its ids stay real.
 *
 * @param alert in Lasair's full form
 */
export function withSources(alert: Buffer, sources: number): Buffer {
  const start = alert.indexOf(LIST) + LIST.length - 1;
  if (start < LIST.length - 1) throw new Error('the simulated alert has no diaSourcesList');
  const cursor = new JsonCursor().reset(alert, start);
  const own: Buffer[] = [];
  cursor.enterArray();
  do {
    cursor.value();
    own.push(alert.subarray(cursor.valueStart, cursor.valueEnd));
  } while (cursor.nextInArray());
  const list = Array.from({ length: sources }, (_, i) => (own[i % own.length] as Buffer).toString('latin1'));
  const before = alert.toString('latin1', 0, start + 1);
  return Buffer.from(`${before}${list.join(', ')}]${alert.toString('latin1', cursor.position)}`, 'latin1');
}
