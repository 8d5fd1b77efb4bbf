import { BatchWriter, type BatchWriterOptions } from './batch-writer.js';
import { Batcher, type BatchLimits } from './batcher.js';
import { clearOrphans } from './orphans.js';

export interface ConsumerOptions extends BatchWriterOptions {
  readonly limits: BatchLimits;
}

export interface AlertConsumer {
  /**
   * Consumes until the source has no more or `signal` is aborted; what was read by then is registered first.
   *
   * @throws UsageError where a path of the source cannot be read; Error where alerts in memory could not be written
   */
  run(signal: AbortSignal): Promise<void>;
  /** Why it does not work now; undefined while it does. */
  notReady(): string | undefined;
}

const CLEAR_EVERY_MS = 60_000;

/** The first part of the pipeline: alerts from a source, in batches, onto disk and into the ledger. */
export function createConsumer(options: ConsumerOptions): AlertConsumer {
  const { source, ledger, paths, log, limits } = options;
  let writer: BatchWriter | undefined;
  return {
    notReady() {
      const reason = writer?.trouble() ?? source.notReady?.();
      return reason && `consumer: ${reason}`;
    },

    async run(signal) {
      const current = new BatchWriter(options, signal);
      writer = current;
      const batcher = new Batcher(limits, (batch) => current.write(batch), source.format);
      clearOrphans(ledger.batches, paths, log);
      const clearing = setInterval(() => clearOrphans(ledger.batches, paths, log), CLEAR_EVERY_MS);
      try {
        await source.run(batcher, signal);
      } finally {
        await batcher.flush();
        await current.announced();
        clearInterval(clearing);
      }
      if (current.unwritten > 0) {
        throw new Error(
          `${current.unwritten} alerts were read but not written: ${current.trouble()}; ` +
            (source.name === 'kafka' ? 'they are read again from Kafka at the next start' : 'start the source again'),
        );
      }
    },
  };
}
