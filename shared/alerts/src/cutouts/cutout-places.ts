import type { FileHandle } from 'node:fs/promises';
import avro from 'avsc';
import { CUTOUT_RECORD } from './cutout-record.js';

/** A file of cutouts cannot be read; the message says why. */
export class CutoutsUnreadable extends Error {
  override readonly name = 'CutoutsUnreadable';
}

/** Where a record stands in its file, bytes. */
export interface CutoutPlace {
  readonly offset: number;
  readonly length: number;
}

/** An Avro container file: magic, metadata, the mark between its blocks. Source: Avro 1.11, "Object Container Files". */
const HEADER = avro.Type.forSchema({
  type: 'record',
  name: 'header',
  fields: [
    { name: 'magic', type: { type: 'fixed', size: 4, name: 'magic' } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', size: 16, name: 'sync' } },
  ],
});
const MAGIC = Buffer.from('Obj\x01', 'latin1');
const SYNC_BYTES = 16;

const LONG = avro.Type.forSchema('long');
const BLOCK = avro.Type.forSchema({
  type: 'record',
  name: 'block',
  fields: [
    { name: 'count', type: 'long' },
    { name: 'bytes', type: 'long' },
  ],
});
const IDS = avro.Type.forSchema({
  type: 'record',
  name: 'ids',
  fields: [
    { name: 'diaObjectId', type: 'string' },
    { name: 'diaSourceId', type: 'string' },
  ],
});
/** Which alternative of null and bytes stands there. */
const NULL = 0;
const IMAGES = 3;

/**
 * Where the records of each object are, by diaObjectId as text: goes from record to record and reads of each its ids and the
 * lengths of its images.
 *
 * @throws CutoutsUnreadable
 */
export async function cutoutPlaces(file: FileHandle, path: string): Promise<Map<string, CutoutPlace[]>> {
  const { size } = await file.stat();
  const window = new Window(file, path);
  const places = new Map<string, CutoutPlace[]>();
  let at = await endOfHeader(window, path);
  while (at < size) {
    const block = await window.decode<{ count: number; bytes: number }>(BLOCK, at);
    const end = block.end + block.value.bytes;
    const isWhole = block.value.count > 0 && block.value.bytes > 0 && end + SYNC_BYTES <= size;
    if (!isWhole) throw new CutoutsUnreadable(`${path} is damaged at byte ${at}`);
    at = block.end;
    for (let left = block.value.count; left > 0; left--) {
      const ids = await window.decode<{ diaObjectId: string }>(IDS, at);
      // The last one ends where its block does.
      const next = left === 1 ? end : await endOfImages(window, ids.end);
      // A length may be negative, and would lead back.
      if (next <= at || next > end) throw new CutoutsUnreadable(`${path} is damaged at byte ${at}`);
      const { diaObjectId } = ids.value;
      places.set(diaObjectId, [...(places.get(diaObjectId) ?? []), { offset: at, length: next - at }]);
      at = next;
    }
    at = end + SYNC_BYTES;
  }
  return places;
}

async function endOfHeader(window: Window, path: string): Promise<number> {
  const { value, end } = await window.decode<{ magic: Buffer; meta: Record<string, Buffer> }>(HEADER, 0);
  const codec = value.meta['avro.codec']?.toString() ?? 'null';
  const schema = value.meta['avro.schema']?.toString();
  const isOurs = value.magic.equals(MAGIC) && codec === 'null' && schema === JSON.stringify(CUTOUT_RECORD.schema());
  if (!isOurs) throw new CutoutsUnreadable(`${path} is not a file of cutouts as the consumer writes them`);
  return end;
}

async function endOfImages(window: Window, begin: number): Promise<number> {
  let at = begin;
  for (let image = 0; image < IMAGES; image++) {
    const alternative = await window.decode<number>(LONG, at);
    at = alternative.end;
    if (alternative.value === NULL) continue;
    const { value: bytes, end } = await window.decode<number>(LONG, at);
    at = end + bytes;
  }
  return at;
}

/** Reads small things of a large file: those that stand close together at once. */
class Window {
  readonly #file: FileHandle;
  readonly #path: string;
  #begin = 0;
  #bytes = Buffer.alloc(0);

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** @throws CutoutsUnreadable if no such value stands there */
  async decode<T>(type: avro.Type, at: number): Promise<{ value: T; end: number }> {
    const inWindow = at >= this.#begin && at < this.#begin + this.#bytes.length;
    let found = inWindow ? decoded<T>(type, this.#bytes, at - this.#begin) : undefined;
    if (!found) {
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
      this.#begin = at;
      this.#bytes = buffer.subarray(0, bytesRead);
      found = decoded<T>(type, this.#bytes, 0);
    }
    if (!found) throw new CutoutsUnreadable(`${this.#path} is damaged at byte ${at}`);
    return { value: found.value, end: this.#begin + found.end };
  }
}

/** Longer than the header of a file, and than the ids of a record with what stands around them. */
const WINDOW = 1_024;

/** The value that stands there; undefined if it does not end within the bytes, or cannot be one. */
function decoded<T>(type: avro.Type, bytes: Buffer, at: number): { value: T; end: number } | undefined {
  try {
    const { value, offset } = type.decode(bytes, at);
    return offset === -1 ? undefined : { value: value as T, end: offset };
  } catch {
    // A length that no file has.
    return undefined;
  }
}
