/**
 * Confluent's wire format, which Rubin's alerts have in Kafka: a zero byte, the id of the writer's schema (32 bits,
 * big-endian), then the Avro body (DMTN-210).
 */
export const FRAME_BYTES = 5;

/** The schema id of a framed message; undefined if the bytes have no frame. */
export function schemaIdOf(bytes: Buffer): number | undefined {
  return bytes.length >= FRAME_BYTES && bytes[0] === 0 ? bytes.readUInt32BE(1) : undefined;
}

/** An Avro body in its frame. */
export function framed(schemaId: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(FRAME_BYTES + body.length);
  bytes.writeUInt32BE(schemaId, 1);
  body.copy(bytes, FRAME_BYTES);
  return bytes;
}

/** A version of Rubin's alert schema; its id in the registry is major x 100 + minor: 1100 is 11.0. */
export interface SchemaVersion {
  readonly major: number;
  readonly minor: number;
}

export const idOfVersion = ({ major, minor }: SchemaVersion): number => major * 100 + minor;

export const versionOfId = (id: number): SchemaVersion => ({ major: Math.floor(id / 100), minor: id % 100 });
