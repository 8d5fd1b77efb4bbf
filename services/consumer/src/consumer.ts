import { clearOrphans } from './batches/abandoned.js';
import { BatchWriter, type BatchWriterOptions } from './batches/batch-writer.js';
import { Batcher, type BatchLimits } from './batches/batcher.js';
import type { ClassifiedMessage } from './batches/classify.js';
import { ConditionDeadline } from './condition-deadline.js';
import { DiskSpaceMonitor } from './disk-space-monitor.js';
import type { AlertSink, AlertSource } from './sources/source.js';

export interface ConsumerOptions extends BatchWriterOptions {
  readonly source: AlertSource;
  readonly limits: BatchLimits;
  /** With less than this free on the data volume nothing more is read. */
  readonly leastFreeBytes: number;
}

export interface AlertConsumer {
  /**
   * Consumes until the source has no more or `signal` is aborted; what was read by then is registered first.
   *
   * @param patienceMs how long it retries while the disk or the ledger fails; without limit by default
   * @throws UsageError if a path of the source cannot be read; Error if alerts in memory could not be written, or if it
   *   gave up
   */
  run(signal: AbortSignal, patienceMs?: number): Promise<void>;
  /** Why it does not work now; undefined while it does. */
  notReady(): string | undefined;
  /** Whether its source is waiting for something that ends by itself within a minute or two. */
  isHeldUp(): boolean;
}

const CLEAR_EVERY_MS = 60_000;

/** The first part of the pipeline: alerts from a source, in batches, onto disk and into the ledger. */
export function createConsumer(options: ConsumerOptions): AlertConsumer {
  const { source, ledger, folder, log, limits, metrics, leastFreeBytes } = options;
  const room = new DiskSpaceMonitor({ folder: folder.paths.root, leastFreeBytes, metrics, log });
  metrics.beginConsumer(source.name);
  let writer: BatchWriter | undefined;
  const storageProblem = () => writer?.problem() ?? room.problem();
  return {
    notReady() {
      const reason = storageProblem() ?? source.notReady?.();
      return reason && `consumer: ${reason}`;
    },

    isHeldUp: () => source.isHeldUp?.() === true,

    async run(signal, patienceMs = Number.POSITIVE_INFINITY) {
      const deadline = new ConditionDeadline(storageProblem, patienceMs);
      const either = AbortSignal.any([signal, deadline.signal]);
      const current = new BatchWriter(options, either);
      writer = current;
      const write = async (batch: readonly ClassifiedMessage[]) => {
        if (await current.write(batch)) source.restart?.();
      };
      const batcher = new Batcher(limits, write, source.format);
      await clearOrphans(ledger.batches, folder, log);
      const clearing = setInterval(() => void clearOrphans(ledger.batches, folder, log), CLEAR_EVERY_MS);
      await room.check();
      const ended = new AbortController();
      const watching = room.watch(AbortSignal.any([either, ended.signal]));
      try {
        await source.run(withBackpressure(batcher, room), either);
      } finally {
        await batcher.flush();
        await current.announced();
        clearInterval(clearing);
        deadline.end();
        ended.abort();
        await watching;
      }
      if (current.unwritten > 0) {
        throw new Error(
          `${current.unwritten} alerts were read but not written: ${current.problem()}; ` +
            (source.name === 'kafka' ? 'they are read again from Kafka at the next start' : 'start the source again'),
        );
      }
      if (deadline.reason !== undefined) {
        throw new Error(`${deadline.reason}; given up: all that was read is registered, the rest was not read`);
      }
      if (!signal.aborted) log.info(current.written, `there are no more alerts from the source ${source.name}`);
    },
  };
}

/** A sink that makes the source wait while the disk is nearly full. */
function withBackpressure(batcher: Batcher, room: DiskSpaceMonitor): AlertSink {
  return {
    add(message) {
      const full = batcher.add(message);
      const short = room.wait();
      return full && short ? Promise.all([full, short]).then(() => undefined) : (full ?? short);
    },
    flush: () => batcher.flush(),
  };
}
