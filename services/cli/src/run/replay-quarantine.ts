import { InProcessBus } from '@lvra/bus';
import { loadSettings } from '@lvra/config';
import { alertFormatOf, consumerOf, quarantineSource } from '@lvra/consumer';
import { stopSignal, UsageError } from '@lvra/core';
import type { QuarantinedAlert, QuarantineLedger } from '@lvra/ledger';
import { EXIT, openServiceContext, quarantineFile } from '@lvra/runtime';
import type { DataPaths } from '@lvra/store';
import { createLogger, logNameOf } from '@lvra/telemetry';
import { count, print, printError } from '../command-line/output.js';

/** Reads alerts from quarantine again, into new stems, and reports the result. */
export async function replayQuarantine(which: readonly bigint[] | 'all'): Promise<void> {
  const settings = loadSettings();
  const pipeline = await openServiceContext(settings, {
    stages: ['consumer'],
    mode: 'shared',
    command: 'lvra quarantine replay',
  });
  const { ledger, paths } = pipeline;
  try {
    const ids = which === 'all' ? await readable(ledger.quarantine, paths) : which;
    if (ids.length === 0) return print('There is nothing in quarantine that can be read again.');
    const log = createLogger(paths, logNameOf('consumer'), { stdout: false, level: settings.logLevel });
    const source = await quarantineSource({
      ...{ ids, quarantine: ledger.quarantine, paths },
      avro: alertFormatOf(settings, paths, log),
    });
    const signal = stopSignal(() => {});
    await (await consumerOf({ ...pipeline, bus: new InProcessBus(), log }, source)).run(signal);
    const replayed = (await ledger.quarantine.list({ all: true })).filter(({ id }) => ids.includes(id));
    print(describeReplay(replayed, await ledger.quarantine.list()));
  } finally {
    await pipeline.close();
  }
}

/** All alerts whose bytes exist; those whose bytes are missing are reported, and the others still replayed. */
async function readable(quarantine: QuarantineLedger, paths: DataPaths): Promise<bigint[]> {
  const kept = (await quarantine.list()).filter(({ path }) => path !== '');
  return kept.flatMap((alert) => {
    const { id } = alert;
    try {
      quarantineFile(paths, alert);
      return id;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      printError(`passed over alert ${id}: ${error.message}`);
      process.exitCode = EXIT.failed;
      return [];
    }
  });
}

function describeReplay(replayed: readonly QuarantinedAlert[], inQuarantine: readonly QuarantinedAlert[]): string {
  const stems = [...new Set(replayed.flatMap(({ replayedAs }) => replayedAs ?? []))];
  const back = inQuarantine.filter(({ stem }) => stems.includes(stem)).length;
  return [
    `read again: ${count(replayed.length)}, as ${stems.join(', ') || 'no stem yet'}; back in quarantine so far: ${count(back)}.`,
    'What the consumer takes may still come back from the feature stage.',
    'The services take the stem up within seconds; without them: lvra run --once --source none',
  ].join('\n');
}
