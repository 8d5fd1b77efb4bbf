import { createHash } from 'node:crypto';

/**
 * Tells Kafka messages apart, so that a topic that was deleted and created again is noticed: it holds other messages at
 * the same offsets.
 *
 * @param message.timestamp ms since 1970, NaN if Kafka has none
 */
export function fingerprintOf(message: { timestamp: number; key: Buffer | null; value: Buffer | null }): string {
  const { timestamp, key, value } = message;
  const hash = createHash('sha256').update(`${timestamp} ${key?.length ?? 'none'} `);
  if (key) hash.update(key);
  if (value) hash.update(value);
  return hash.digest('hex').slice(0, 32);
}
