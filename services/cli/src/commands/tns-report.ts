import { Command, Option } from 'commander';
import { night, score } from '../command-line/option-parsers.js';
import type { TnsReportOptions } from '../tns/report.js';

const HELP = `
Without --sandbox or --live it is a dry run: the reports as a table and as JSON, and nothing is sent or recorded.
The discovery is the object's first detection, in time; the alerts are those of the newest batch file that has it.

What was sent is in the ledger before it goes; an object that is at TNS, or may be, is left out unless --again. Every run
with --sandbox or --live first asks what became of earlier reports without an answer; without objects it does only that.

Settings are in deploy/settings/tns.yaml (LVRA_TNS_SETTINGS names another file); the key is LVRA_TNS_API_KEY, or in the
file that LVRA_TNS_API_KEY_FILE names. docs/tns.md says how to begin.

Examples:
  lvra tns-report 169760231708427201
  lvra tns-report --file candidates.txt --sandbox
  lvra tns-report --above 0.95 --since 20260422
  lvra tns-report --file candidates.txt --json | jq '.objects[] | select(.plan == "left_out")'
  lvra tns-report --live                            what became of the reports so far`;

export function tnsReportCommand(): Command {
  return new Command('tns-report')
    .description('report discoveries to the Transient Name Server (TNS)')
    .argument('[diaObjectIds...]', 'the objects; - reads them from standard input')
    .option('--file <path>', 'objects from a file; - is standard input')
    .option('--above <score>', 'objects whose newest score since that night is greater', score)
    .option('--since <night>', 'for --above: YYYYMMDD, UTC', night)
    .option('--vra <name>', 'for --above: whose scores; not needed where there is one VRA')
    .addOption(
      new Option('--dry-run', 'show the reports and send nothing (the default)').conflicts(['sandbox', 'live']),
    )
    .addOption(new Option('--sandbox', "send to TNS's sandbox, which forgets every Sunday").conflicts('live'))
    .option('--live', 'send to TNS')
    .option('--yes', 'with --live: do not ask')
    .option('--again', 'also objects that are at TNS already, or may be')
    .option('--json', 'for programs: what is reported, and what became of it; ids are strings')
    .addHelpText('after', HELP)
    .action(async (given: string[], options: TnsReportOptions) => {
      const { reportToTns } = await import('../tns/report.js');
      await reportToTns(given, options);
    });
}
