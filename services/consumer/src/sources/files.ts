import { setImmediate as otherWork } from 'node:timers/promises';
import { BatchUnreadable, envelopeInFile, scanBatch } from '@lvra/alerts';
import { messageOf, UsageError } from '@lvra/core';
import type { Logger } from '@lvra/telemetry';
import { isBatchFile, replayFiles } from './find-files.js';
import { readLines } from './read-lines.js';
import type { AlertSource, RawMessage } from './source.js';

/** How long reading may block this thread from other work, such as Lasair's responses in an embedded run. */
const AT_A_STRETCH_MS = 5;

/**
 * Alerts from files: NDJSON, or batch files of this or the Python pipeline, from a path or all below a folder. They
 * become new batches; replaying twice gives everything twice.
 *
 * @throws UsageError if the path cannot be read
 */
export function replaySource({ path, log }: { path: string; log: Logger }): AlertSource {
  const { files, leftOut } = replayFiles(path);
  return {
    name: 'replay',
    async run(sink, signal) {
      for (const file of leftOut) {
        log.warn(
          { file },
          `${file} is skipped: it is not a list of alerts; name the file itself to read it line by line`,
        );
      }
      for (const file of files) {
        if (signal.aborted) return;
        let alerts = 0;
        let begun = performance.now();
        for await (const message of messagesOf(file)) {
          const wait = sink.add(message);
          alerts += 1;
          if (wait) await wait;
          if (performance.now() - begun > AT_A_STRETCH_MS) {
            await otherWork();
            begun = performance.now();
          }
          if (signal.aborted) break;
        }
        log.info({ file, alerts }, 'file replayed');
      }
    },
  };
}

async function* messagesOf(file: string): AsyncGenerator<RawMessage> {
  const receivedMs = Number.NaN;
  try {
    if (!isBatchFile(file)) {
      for await (const bytes of readLines(file)) yield { bytes, receivedMs };
      return;
    }
    for await (const { bytes, result: envelope } of scanBatch(file, envelopeInFile)) {
      yield { bytes: Buffer.from(bytes), receivedMs, envelope };
    }
  } catch (error) {
    const unreadable = error instanceof BatchUnreadable || (error as NodeJS.ErrnoException).code !== undefined;
    if (!unreadable) throw error;
    throw new UsageError(`cannot replay ${file}: ${messageOf(error)}`, { cause: error });
  }
}
