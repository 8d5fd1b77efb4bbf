import { escapeControl } from '@lvra/core';

const A_LINE_EVERY_MS = 200;

/** How far a command is, on one line of the terminal that changes in place; nothing where stderr is no terminal. */
export class ProgressLine {
  #shownAt = Number.NEGATIVE_INFINITY;

  show(text: string): void {
    if (!process.stderr.isTTY || performance.now() - this.#shownAt < A_LINE_EVERY_MS) return;
    this.#shownAt = performance.now();
    process.stderr.write(`\r\x1b[K${escapeControl(text)}`);
  }

  /** Clears the line, before anything else is printed. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}
