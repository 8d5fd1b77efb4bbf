import { open } from 'node:fs/promises';
import { AlertRejected } from '@lvra/core';
import type { JsonCursor } from './json/cursor.js';
import { JsonError, JsonTruncated } from './json/errors.js';
import { SlidingFileBuffer } from './sliding-buffer.js';

/** The batch file as a whole is unusable: not a list, cut off, or not JSON. */
export class BatchUnreadable extends Error {
  override readonly name = 'BatchUnreadable';
}

/** One alert of a batch file. */
export interface BatchAlert<T> {
  /** Its position in the file, from 0. */
  readonly position: number;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Its bytes; a view that is valid until the next alert. */
  readonly bytes: Buffer;
  /** The result of `read`, or why it rejected the alert. */
  readonly result: T | AlertRejected;
}

/** Reads one alert: starts at its first byte and must consume the whole value. */
export type AlertReader<T> = (cursor: JsonCursor, bytes: Buffer) => T;

/** How much of a file is in memory at once; a larger alert makes it grow. */
const WINDOW_BYTES = 2 * 1024 * 1024;

/**
 * Reads a batch file, ours or the Python pipeline's, in bounded memory and in one pass.
 *
 * The window slides from alert to alert. One that reaches beyond its end is read again from its start after the window
 * has moved, so `read` must have no side effects before it returns. An alert that `read` rejects, or that exceeds a
 * limit of the JSON cursor, is skipped, and reading continues.
 *
 * @throws BatchUnreadable, and the file system's error if the file cannot be opened
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
    yield { position, offset: window.offset + start, bytes: window.bytes.subarray(start, cursor.position), result };
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

/** An exceeded limit concerns one alert; invalid JSON makes the rest of the file unreadable. */
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
