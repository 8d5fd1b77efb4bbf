import type { FileHandle } from 'node:fs/promises';
import { JsonCursor } from './json/cursor.js';
import { JsonTruncated } from './json/errors.js';

/**
 * Empty bytes after the file's last one. The cursor looks a few bytes ahead, and a read beyond the end of a buffer
 * makes V8 discard its optimized code for a slower one.
 */
const SPARE_BYTES = 16;

/** A part of a file in memory, with a cursor in it. It slides along the file and grows if a step needs more. */
export class SlidingFileBuffer {
  readonly cursor = new JsonCursor();
  readonly #file: FileHandle;
  #buffer: Buffer;
  #filled = 0;
  #offset = 0;

  constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#buffer = Buffer.alloc(Math.max(bytes, 1) + SPARE_BYTES);
    this.cursor.reset(this.#buffer, 0, 0);
  }

  /** The bytes that the cursor's positions refer to. */
  get bytes(): Buffer {
    return this.#buffer;
  }

  /** The window's offset in the file. */
  get offset(): number {
    return this.#offset;
  }

  /** Runs `step`; if the window ends too early, moves it to where `step` began and runs it again. */
  async attempt<T>(step: () => T): Promise<T> {
    for (;;) {
      const start = this.cursor.position;
      try {
        return step();
      } catch (error) {
        if (!(error instanceof JsonTruncated)) throw error;
        this.cursor.position = start;
        if (!(await this.#refill())) throw new JsonTruncated(this.#filled);
      }
    }
  }

  /** Only white space may be left of the file. */
  async finish(): Promise<void> {
    do this.cursor.finish();
    while (await this.#refill());
  }

  /** Drops what is before the cursor and reads more. @returns false at the end of the file */
  async #refill(): Promise<boolean> {
    const keepFrom = this.cursor.position;
    const kept = this.#filled - keepFrom;
    const room = this.#buffer.length - SPARE_BYTES;
    const target = kept === room ? Buffer.alloc(kept * 2 + SPARE_BYTES) : this.#buffer;
    this.#buffer.copy(target, 0, keepFrom, this.#filled);
    this.#buffer = target;
    this.#offset += keepFrom;
    const { bytesRead } = await this.#file.read(target, kept, target.length - SPARE_BYTES - kept);
    this.#filled = kept + bytesRead;
    target.fill(0, this.#filled, this.#filled + SPARE_BYTES);
    this.cursor.reset(target, 0, this.#filled);
    return bytesRead > 0;
  }
}
