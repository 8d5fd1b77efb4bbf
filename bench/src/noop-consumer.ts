import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** What the process is told. */
export interface NoopOrder {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
}

/** What the process has done since it began. */
export interface NoopReport {
  readonly messages: number;
  /** User and system time of the process. */
  readonly cpuMs: number;
}

const PROGRAM = fileURLToPath(new URL('noop-consumer-main.js', import.meta.url));
const GIVE_UP_MS = 120_000;

/** A process that reads a topic from its beginning and does nothing with it. */
export class NoopConsumer {
  readonly #child: ChildProcess;

  constructor(order: NoopOrder) {
    this.#child = fork(PROGRAM, [JSON.stringify(order)]);
  }

  async report(): Promise<NoopReport> {
    if (!this.#child.connected) throw new Error('the no-op consumer has ended; its error is above');
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(GIVE_UP_MS) });
    this.#child.send('report');
    const [report] = await answer;
    return report as NoopReport;
  }

  /** Waits until it has read so many messages since it began. */
  async untilRead(messages: number): Promise<NoopReport> {
    const deadline = performance.now() + GIVE_UP_MS;
    for (;;) {
      const report = await this.report();
      if (report.messages >= messages) return report;
      if (performance.now() > deadline) {
        throw new Error(`the no-op consumer read ${report.messages} of ${messages} messages in two minutes`);
      }
      await sleep(20);
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }
}
