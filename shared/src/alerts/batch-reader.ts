import { open } from 'node:fs/promises';
import { AlertRejected } from '../errors.js';
import type { JsonCursor } from '../json/cursor.js';
import { JsonError, JsonTruncated } from '../json/errors.js';
import { SlidingFileBuffer } from './window.js';

/** The batch file as a whole is unusable: no list, cut off, or no JSON. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
}

/** One alert of a batch file. */
export interface BatchAlert<T> {
  /** Its place in the file, counted from 0. */
  readonly position: number;
  /** Its bytes; a view that holds until the next one is asked for. */
  readonly bytes: Buffer;
  /** What `read` made of it, or why it rejected it. */
  readonly result: T | AlertRejected;
}

/** What makes something of one alert: it begins at the alert's first byte and must take the value in full. */
export type AlertReader<T> = (cursor: JsonCursor, bytes: Buffer) => T;

/** How much of a file is in memory at once; an alert that is larger makes it grow. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Reads a batch file, ours or the Python pipeline's, of any size in bounded memory, each byte once.
 *
 * The window slides from alert to alert. One that reaches beyond its end is read again from its start after the
 * window has moved, so `read` must have no effect of its own before it returns. An alert that `read` rejects, or
 * that is beyond a limit of the JSON cursor, is passed over, and the rest goes on.
 *
 * @throws BatchUnreadable, and the error of the file system where the file cannot be opened
 */
export function scanBatch<T>(path: string, read: AlertReader<T>): AsyncGenerator<BatchAlert<T>> {
  return scanInWindows(path, read, WINDOW_BYTES);
}

/** The alerts of a batch file as bytes. */
export function readBatch(path: string): AsyncGenerator<BatchAlert<undefined>> {
  return scanBatch(path, (cursor) => {
    cursor.value();
    return undefined;
  });
}

/** As `scanBatch`, with a window of the caller's size. */
export async function* scanInWindows<T>(
  path: string,
  read: AlertReader<T>,
  windowBytes: number,
): AsyncGenerator<BatchAlert<T>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const window = new SlidingFileBuffer(file, Math.min(size, windowBytes));
    try {
      yield* alertsIn(window, read);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const place = window.offset + error.offset;
      throw new BatchUnreadable(`${path} is not a list of alerts: ${error.fault} at byte ${place}`, { cause: error });
    }
  } finally {
    await file.close();
  }
}

async function* alertsIn<T>(window: SlidingFileBuffer, read: AlertReader<T>): AsyncGenerator<BatchAlert<T>> {
  const { cursor } = window;
  let more = await window.attempt(() => cursor.enterArray());
  for (let position = 0; more; position++) {
    const { start, result } = await window.attempt(() => readOne(window, read));
    yield { position, bytes: window.bytes.subarray(start, cursor.position), result };
    more = await window.attempt(() => cursor.nextInArray());
  }
  await window.finish();
}

function readOne<T>(
  { cursor, bytes }: SlidingFileBuffer,
  read: AlertReader<T>,
): { start: number; result: T | AlertRejected } {
  if (cursor.peek() === -1) throw new JsonTruncated(cursor.position);
  const start = cursor.position;
  try {
    return { start, result: read(cursor, bytes) };
  } catch (error) {
    const rejected = asRejection(error);
    cursor.position = start;
    skipAlert(cursor, start);
    return { start, result: rejected };
  }
}

/** A breach of a limit concerns one alert; a breach of the grammar makes the rest of the file unreadable. */
function asRejection(error: unknown): AlertRejected {
  if (error instanceof AlertRejected) return error;
  if (error instanceof JsonError && error.reason !== 'not_json') return new AlertRejected(error.reason, error.fault);
  throw error;
}

function skipAlert(cursor: JsonCursor, start: number): void {
  try {
    cursor.value();
  } catch (error) {
    if (!(error instanceof JsonError) || error.reason === 'not_json') throw error;
    cursor.position = start;
    cursor.skip();
  }
}
