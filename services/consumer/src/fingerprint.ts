import { createHash } from 'node:crypto';

/**
 * Tells one Kafka message from another, so that a topic which was deleted and created again is noticed:
 * at the same offset it holds something else.
 *
 * @param message.timestamp ms since 1970, NaN where Kafka has none
 */
export function fingerprintOf(message: { timestamp: number; key: Buffer | null; value: Buffer | null }): string {
  const { timestamp, key, value } = message;
  const hash = createHash('sha256').update(`${timestamp} ${key?.length ?? 'none'} `);
  if (key) hash.update(key);
  if (value) hash.update(value);
  return hash.digest('hex').slice(0, 32);
}
