import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Some 4 MB of alerts are in memory at once. */
const READ_AT_ONCE = 100;

/**
 * Alerts on disk, so that 20,000 of them (800 MB) are neither held in memory nor made while something is measured.
 */
export class AlertFile {
  readonly #file: number;
  /** Where each alert begins, and where the last one ends. */
  readonly #places: readonly number[];

  private constructor(file: number, places: readonly number[]) {
    this.#file = file;
    this.#places = places;
  }

  /** Writes the alerts to a file in `folder`, which whoever made the folder removes. */
  static write(folder: string, alerts: Iterable<Uint8Array>): AlertFile {
    const file = openSync(join(folder, 'alerts'), 'wx+');
    const places = [0];
    let end = 0;
    for (const alert of alerts) {
      for (let written = 0; written < alert.length; ) written += writeSync(file, alert, written);
      end += alert.length;
      places.push(end);
    }
    return new AlertFile(file, places);
  }

  get count(): number {
    return this.#places.length - 1;
  }

  /** Of the alerts from `begin` up to `end`, without it. */
  bytes(begin = 0, end = this.count): number {
    return this.#place(end) - this.#place(begin);
  }

  /** The alerts from `begin` up to `end`, without it, some at a time. */
  *read(begin = 0, end = this.count): Generator<Buffer, void> {
    for (let first = begin; first < end; first += READ_AT_ONCE) {
      const last = Math.min(first + READ_AT_ONCE, end);
      const from = this.#place(first);
      const bytes = Buffer.allocUnsafeSlow(this.#place(last) - from);
      for (let got = 0; got < bytes.length; ) {
        const more = readSync(this.#file, bytes, got, bytes.length - got, from + got);
        if (more === 0) throw new Error('the file of alerts was cut while it was read: begin again');
        got += more;
      }
      for (let alert = first; alert < last; alert++) {
        yield bytes.subarray(this.#place(alert) - from, this.#place(alert + 1) - from);
      }
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #place(alert: number): number {
    const place = this.#places[alert];
    if (place === undefined) throw new RangeError(`alert ${alert} of ${this.count}`);
    return place;
  }
}
