import { loadSettings } from '@lvra/config';
import { UsageError } from '@lvra/core';
import { stemRange, type VerifyOptions, withLedger } from '@lvra/operations';
import { EXIT } from '@lvra/runtime';
import { Command } from 'commander';
import { count, print, printJson } from '../../command-line/output.js';
import { ProgressLine } from '../../command-line/progress-line.js';

const HELP = `
Reads everything and changes nothing: each batch file, feature file and quarantined alert against the ledger, the scores
and their outcomes against the feature rows, each object's annotation against its newest source, the offsets of Kafka for
gaps and overlaps. Ids are compared digit by digit. docs/guarantees.md says what is promised.

Services may run meanwhile: what they have not done yet is "pending" and not wrong. Stems of the Python pipeline have no
offsets and no outcomes; they are checked as far as their files and rows go. Files of a night that is over a week old
and of which no file is left count as cleared away; a single file that is missing is always wrong.

Batch files, feature files and scores are held against the checksums of when they were made, the scores of one stem in
twenty, or of all with --scores, against what the model gives.

Findings of one kind stand together: what is wrong and what to do, of the first, and which others there are; --json has each
of them, a thousand at most. The exit code is 1 where there is one.

Examples:
  lvra verify
  lvra verify --from 20260202 --to 20260202 --kafka
  lvra verify --sandbox http://127.0.0.1:8080 --json`;

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly kafka?: true;
  readonly sandbox?: string;
  readonly scores?: true;
  readonly json?: true;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check that nothing is lost, doubled, stale or altered')
    .option('--from <stem or night>', 'the first, YYYYMMDD_HHMMSS or YYYYMMDD (UTC date)')
    .option('--to <stem or night>', 'the last')
    .option('--kafka', "also ask Kafka what it has that is not read yet, and whether what is read is the topic's")
    .option('--sandbox <url>', 'also compare with the annotations that a sandbox holds')
    .option('--scores', 'ask the models for the scores of every stem, instead of one in twenty')
    .option('--json', 'print the counts and findings as JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const progress = new ProgressLine();
      const wanted: VerifyOptions = {
        range: stemRange(options.from, options.to),
        kafka: options.kafka === true,
        scores: options.scores === true,
        sandbox: options.sandbox === undefined ? undefined : addressOf(options.sandbox),
        lookAgainMs: 2_000,
        onProgress: (what, done, all) =>
          progress.show(`${count(done)}${all === undefined ? '' : ` of ${count(all)}`} ${what}`),
      };
      const { verify, verifyLedgerFile } = await import('@lvra/operations');
      const { ledger } = loadSettings();
      const broken = typeof ledger === 'string' ? verifyLedgerFile(ledger) : undefined;
      const findings = broken ?? (await withLedger((open) => verify(open, wanted)));
      progress.clear();
      const { asJson, asText } = await import('../../print/findings.js');
      if (options.json) printJson(asJson(findings));
      else print(asText(findings, process.stdout.columns));
      if (findings.total > 0) process.exitCode = EXIT.failed;
    });
}

function addressOf(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is not an address: write http://HOST:PORT of a sandbox`);
}
