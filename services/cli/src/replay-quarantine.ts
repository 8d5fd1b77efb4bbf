import { alertFormatOf } from '@lvra/consumer/avro/format-of-settings';
import { consumerOf } from '@lvra/consumer/main';
import { quarantineSource } from '@lvra/consumer/quarantine-source';
import { InProcessBus } from '@lvra/shared/bus/in-process';
import type { QuarantinedAlert } from '@lvra/shared/ledger/quarantine';
import { createLogger, logNameOf } from '@lvra/shared/observe/log';
import { openPipeline } from '@lvra/shared/service/pipeline';
import { stopSignal } from '@lvra/shared/service/shutdown';
import { loadSettings } from '@lvra/shared/settings/settings';
import { count, print } from './formats.js';

/** Reads alerts out of quarantine again, into new stems, and says what came of it. */
export async function replayQuarantine(which: readonly bigint[] | 'all'): Promise<void> {
  const settings = loadSettings();
  const pipeline = openPipeline(settings, {
    stages: ['consumer'],
    mode: 'shared',
    command: 'lvra quarantine replay',
  });
  const { ledger, paths } = pipeline;
  try {
    const ids = which === 'all' ? ledger.quarantine.list().flatMap(({ id, path }) => (path === '' ? [] : id)) : which;
    if (ids.length === 0) return print('Nothing is in quarantine.');
    const log = createLogger(paths, logNameOf('consumer'), { stdout: false, level: settings.logLevel });
    const source = quarantineSource({
      ...{ ids, quarantine: ledger.quarantine, paths },
      avro: alertFormatOf(settings, paths, log),
    });
    const signal = stopSignal(() => {});
    await consumerOf({ ...pipeline, bus: new InProcessBus(), log }, source).run(signal);
    const replayed = ids.flatMap((id) => ledger.quarantine.get(id) ?? []);
    print(describeReplay(replayed, ledger.quarantine.list()));
  } finally {
    pipeline.close();
  }
}

function describeReplay(replayed: readonly QuarantinedAlert[], inQuarantine: readonly QuarantinedAlert[]): string {
  const stems = [...new Set(replayed.flatMap(({ replayedAs }) => replayedAs ?? []))];
  const back = inQuarantine.filter(({ stem }) => stems.includes(stem)).length;
  return [
    `read again: ${count(replayed.length)}, as ${stems.join(', ') || 'no stem yet'}; back in quarantine so far: ${count(back)}.`,
    'What the consumer takes may still come back from the feature stage.',
    'The services take the stem up within a minute; without them: lvra run --once --source none',
  ].join('\n');
}
