import { open } from 'node:fs/promises';
import { AlertRejected } from '../errors.js';
import { JsonCursor, JsonError, JsonTruncated } from '../json/cursor.js';

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
 * window has moved, so `read` must have no effect of its own before it returns.
 *
 * @throws BatchUnreadable, and the error of the file system where the file cannot be opened
 */
export async function* scanBatch<T>(path: string, read: AlertReader<T>): AsyncGenerator<BatchAlert<T>> {
  const file = await open(path, 'r');
  try {
    const window = new Window(await file.stat().then(({ size }) => size));
    const refill = () => window.refill((buffer, offset, length) => file.read(buffer, offset, length));
    await refill();
    const cursor = window.cursor;
    try {
      if (!(await window.attempt(() => cursor.enterArray(), refill))) return;
      for (let position = 0; ; position++) {
        const start = await window.attempt(() => (cursor.peek() === -1 ? cursor.value() : cursor.position), refill);
        yield { position, ...(await window.alert(start, read, refill)) };
        if (!(await window.attempt(() => cursor.nextInArray(), refill))) return;
      }
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new BatchUnreadable(`${path} is not a list of alerts: ${error.message} of the window read last`, {
        cause: error,
      });
    }
  } finally {
    await file.close();
  }
}

/** The alerts of a batch file as bytes. */
export async function* readBatch(path: string): AsyncGenerator<BatchAlert<undefined>> {
  yield* scanBatch(path, (cursor) => {
    cursor.value(1);
    return undefined;
  });
}

type Refill = () => Promise<boolean>;

class Window {
  readonly cursor = new JsonCursor();
  #buffer: Buffer;
  #filled = 0;

  constructor(fileBytes: number) {
    this.#buffer = Buffer.allocUnsafe(Math.max(Math.min(fileBytes, WINDOW_BYTES), 1));
    this.cursor.reset(this.#buffer, 0, 0);
  }

  /** Drops what is behind the cursor and reads more. @returns false at the end of the file */
  async refill(
    readInto: (buffer: Buffer, offset: number, length: number) => Promise<{ bytesRead: number }>,
  ): Promise<boolean> {
    const keepFrom = this.cursor.position;
    const kept = this.#filled - keepFrom;
    const target = keepFrom === 0 && kept === this.#buffer.length ? Buffer.allocUnsafe(kept * 2) : this.#buffer;
    this.#buffer.copy(target, 0, keepFrom, this.#filled);
    this.#buffer = target;
    this.#filled = kept;
    const { bytesRead } = await readInto(target, kept, target.length - kept);
    this.#filled += bytesRead;
    this.cursor.reset(target, 0, this.#filled);
    return bytesRead > 0;
  }

  /** Runs `step`; where the window ends too early, moves it to where `step` began and runs it again. */
  async attempt<T>(step: () => T, refill: Refill): Promise<T> {
    for (;;) {
      const start = this.cursor.position;
      try {
        return step();
      } catch (error) {
        if (!(error instanceof JsonTruncated)) throw error;
        this.cursor.position = start;
        if (!(await refill())) throw error;
      }
    }
  }

  async alert<T>(
    start: number,
    read: AlertReader<T>,
    refill: Refill,
  ): Promise<{ bytes: Buffer; result: T | AlertRejected }> {
    this.cursor.position = start;
    const result = await this.attempt(() => this.#readOne(read), refill);
    return { bytes: this.#buffer.subarray(this.#begin, this.cursor.position), result };
  }

  #begin = 0;

  #readOne<T>(read: AlertReader<T>): T | AlertRejected {
    const begin = this.cursor.position;
    this.#begin = begin;
    try {
      return read(this.cursor, this.#buffer);
    } catch (error) {
      if (!(error instanceof AlertRejected)) throw error;
      this.cursor.position = begin;
      this.cursor.value(1);
      return error;
    }
  }
}
