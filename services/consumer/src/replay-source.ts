import { BatchUnreadable, readBatch } from '@lvra/shared/alerts/batch-reader';
import { messageOf, UsageError } from '@lvra/shared/errors';
import type { Logger } from '@lvra/shared/observe/log';
import { linesOf } from './lines.js';
import { isBatchFile, replayFiles } from './replay-files.js';
import type { AlertSource } from './source.js';

/**
 * Alerts from files: NDJSON, or batch files of ours or of the Python pipeline's, from a path or all below a folder.
 * They are new batches; replaying twice gives everything twice.
 *
 * @throws UsageError where the path cannot be read
 */
export function replaySource({ path, log }: { path: string; log: Logger }): AlertSource {
  const { files, leftOut } = replayFiles(path);
  return {
    name: 'replay',
    async run(sink, signal) {
      for (const file of leftOut) {
        log.warn({ file }, `${file} is left out: it is no list of alerts; give its own path to read it line by line`);
      }
      for (const file of files) {
        if (signal.aborted) return;
        let alerts = 0;
        for await (const bytes of messagesOf(file)) {
          const wait = sink.add({ bytes, receivedMs: Number.NaN });
          alerts += 1;
          if (wait) await wait;
          if (signal.aborted) break;
        }
        log.info({ file, alerts }, 'file replayed');
      }
    },
  };
}

async function* messagesOf(file: string): AsyncGenerator<Buffer> {
  try {
    if (isBatchFile(file)) for await (const { bytes } of readBatch(file)) yield Buffer.from(bytes);
    else yield* linesOf(file);
  } catch (error) {
    const unreadable = error instanceof BatchUnreadable || (error as NodeJS.ErrnoException).code !== undefined;
    if (!unreadable) throw error;
    throw new UsageError(`cannot replay ${file}: ${messageOf(error)}`, { cause: error });
  }
}
