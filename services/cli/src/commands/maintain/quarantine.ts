import { escapeControl, UsageError } from '@lvra/core';
import type { QuarantinedAlert } from '@lvra/ledger';
import {
  becameOf,
  type OpenLedger,
  putAsideBy,
  quarantinedAlert,
  quarantinedBytes,
  quarantineRecord,
  withLedger,
} from '@lvra/operations';
import { Command } from 'commander';
import { idOf } from '../../command-line/option-parsers.js';
import { count, print, printJson, size, utc } from '../../command-line/output.js';
import { quarantineListCommand } from './quarantine-list.js';

const HELP = `
An alert goes to quarantine where it cannot be used: it is no JSON, has no diaObjectId, and so on; or where a model cannot
score it (stage predict). The rest of its batch continues without it. Its bytes are kept until \`lvra prune\` takes the night.
A batch of Kafka that grows beyond max_unpacked_bytes or max_batch_records, or is damaged, is one entry without bytes;
\`show\` names its offsets, and Kafka has it for some days.

Examples:
  lvra quarantine list
  lvra quarantine show 17
  lvra quarantine replay 17 18                           after an upgrade that can read them
  lvra retry 20260202_102448 --stage predict --force     scores what another model can score now, out of quarantine`;

const REPLAY_HELP = `
Reads the alerts again into a new stem, which the stages then work on as on any other. One that is still bad comes back
to quarantine under that stem. Services may run meanwhile; \`lvra run\` may not.`;

const NUMBER = 'the number of an alert in quarantine';

export function quarantineCommand(): Command {
  const quarantine = new Command('quarantine')
    .description('alerts that could not be used: list, show, replay')
    .helpCommand(false)
    .addHelpText('after', HELP)
    .addCommand(quarantineListCommand());
  quarantine
    .command('show')
    .description('one alert: where it came from, why it is here, how it begins')
    .argument('<number>', 'as `lvra quarantine list` shows it')
    .option('--json', 'for programs; ids and offsets are strings')
    .action((number: string, { json }: { json?: true }) =>
      withLedger((open) => show(open, idOf(number, NUMBER), json === true)),
    );
  quarantine
    .command('replay')
    .description('read alerts again')
    .argument('[numbers...]', 'as `lvra quarantine list` shows them')
    .option('--all', 'everything that is in quarantine')
    .addHelpText('after', REPLAY_HELP)
    .action(replay);
  return quarantine;
}

async function show(open: OpenLedger, id: bigint, json: boolean): Promise<void> {
  const alert = await quarantinedAlert(open, id);
  if (json) return printJson(quarantineRecord(alert));
  const kept = await quarantinedBytes(open, alert);
  const facts = [
    ['reason', `${alert.reason}: ${alert.detail}`],
    ['stem', `${alert.stem}, put aside by ${putAsideBy(alert)} at ${utc(alert.at)}, position ${alert.position}`],
    ['Kafka', alert.topic === undefined ? 'unknown' : `${alert.topic}[${alert.partition}] ${offsetsOf(alert)}`],
    ['received', alert.receivedMs === undefined ? 'unknown' : utc(alert.receivedMs)],
    ...(alert.diaObjectId === undefined ? [] : [['object', String(alert.diaObjectId)] as const]),
    ...(alert.diaSourceId === undefined ? [] : [['source', String(alert.diaSourceId)] as const]),
    [
      'bytes',
      kept === undefined
        ? (becameOf(quarantineRecord(alert)) ?? 'none were kept')
        : `${kept.path} (${size(alert.bytes)})`,
    ],
    ['replayed', alert.replayedAs ?? 'no'],
  ] as const;
  const beginning = kept === undefined ? [] : ['', beginningOf(kept.bytes)];
  print([...facts.map(([name, fact]) => `${name.padEnd(9)} ${escapeControl(fact)}`), ...beginning].join('\n'));
}

/** One message, or a batch of them that could not be unpacked. */
function offsetsOf({ offset, offsets = 1 }: QuarantinedAlert): string {
  if (offset === undefined || offsets === 1) return `offset ${offset}`;
  return `offsets ${offset} to ${offset + BigInt(offsets - 1)}, a batch of ${count(offsets)} messages`;
}

const SHOWN_BYTES = 800;

/** The first bytes as text; whatever is not printable is escaped, so that no terminal obeys it. */
function beginningOf(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, SHOWN_BYTES).replace(/[^\x20-\x7e\n]/g, (odd) => {
    return `\\x${odd.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return bytes.length <= SHOWN_BYTES ? text : `${text} …`;
}

async function replay(numbers: readonly string[], { all }: { all?: true }): Promise<void> {
  if (numbers.length > 0 === (all === true)) throw new UsageError('say which: their numbers, or --all');
  const ids = numbers.map((number) => idOf(number, NUMBER));
  const { replayQuarantine } = await import('../../run/replay-quarantine.js');
  await replayQuarantine(all ? 'all' : ids);
}
