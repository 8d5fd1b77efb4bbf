import { hostname } from 'node:os';
import { loadSettings, vraOf } from '@lvra/config';
import { stopSignal, UsageError } from '@lvra/core';
import type { NewTnsReport, TnsLedger, TnsRecord, TnsSite } from '@lvra/ledger';
import { type OpenLedger, withLedger } from '@lvra/operations';
import { EXIT, takeLocks } from '@lvra/runtime';
import {
  DOUBT_MS,
  isInDoubt,
  LEAP_SECONDS_GOOD_UNTIL,
  loadTnsSettings,
  MOST_REPORTS,
  type Planned,
  planReports,
  ReportSubmitter,
  submissionOf,
  Tns,
  TnsClient,
  type TnsSending,
  type TnsSettings,
} from '@lvra/tns';
import { duration, print, printError, printJson } from '../command-line/output.js';
import { typedYes } from './confirm.js';
import { outcomesInJson, outcomeTable, plannedInJson, planTable } from './format-report.js';
import { readObjectIds } from './object-ids.js';

/** The options of `lvra tns-report`. */
export interface TnsReportOptions {
  readonly file?: string;
  readonly above?: number;
  readonly since?: string;
  readonly vra?: string;
  readonly dryRun?: true;
  readonly sandbox?: true;
  readonly live?: true;
  readonly yes?: true;
  readonly again?: true;
  readonly json?: true;
}

/**
 * Reports objects to TNS, or shows what would be reported. Sets the exit code: 0 if every object asked for is at
 * TNS, or a dry run could report it; 1 if anything is left.
 *
 * @throws UsageError if the settings or the options are wrong, or TNS refuses the key
 * @throws LockHeld if another process reports from this data folder
 */
export async function reportToTns(given: readonly string[], options: TnsReportOptions): Promise<void> {
  const site = options.live ? 'live' : options.sandbox ? 'sandbox' : undefined;
  checkOptions(given, options, site);
  const settings = loadAllSettings(site);
  await withLedger(async (open) => {
    const ids = await objectsOf(given, options, open);
    warnOfLeapSeconds();
    const { sending } = settings;
    if (sending) await report(ids, options, settings, sending, open);
    else await dryRun(ids, options, settings, open);
  });
}

function checkOptions(given: readonly string[], options: TnsReportOptions, site: TnsSite | undefined): void {
  const { file, above, since, yes, live, vra } = options;
  if ((above === undefined) !== (since === undefined)) throw new UsageError('--above and --since go together');
  if (vra !== undefined && above === undefined) throw new UsageError('--vra goes with --above');
  if (yes && !live) throw new UsageError('--yes goes with --live');
  const isNone = given.length === 0 && file === undefined && above === undefined;
  if (isNone && site === undefined) {
    throw new UsageError('say which objects: their diaObjectIds, --file, or --above with --since');
  }
  if (live && !yes && !isNone && !process.stdin.isTTY) {
    throw new UsageError(
      '--live asks for a typed yes, and there is no terminal to ask at: write --yes if you are sure',
    );
  }
}

/** Reports the issues of both files at once. */
function loadAllSettings(site: TnsSite | undefined): TnsSettings {
  const issues: string[] = [];
  const tried = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      issues.push(error.message);
      return undefined;
    }
  };
  tried(() => loadSettings());
  const settings = tried(() => loadTnsSettings(site));
  if (!settings || issues.length > 0) throw new UsageError(issues.join('\n'));
  return settings;
}

/** The demo model was not made to decide what is real: nothing is reported by its scores. */
const DEMONSTRATION = 'demo';

async function objectsOf(
  given: readonly string[],
  options: TnsReportOptions,
  { settings, ledger, vras }: OpenLedger,
): Promise<bigint[]> {
  const ids = readObjectIds(given, options.file);
  const { above, since, vra } = options;
  if (above === undefined || since === undefined) return ids;
  if (vra === undefined && vras.length !== 1) throw new UsageError(`say whose scores: --vra ${vras.join(' or ')}`);
  const { modelName, modelVersion: version } = vraOf(settings, vra ?? (vras[0] as string));
  const without = options.live ? DEMONSTRATION : undefined;
  return [...new Set([...ids, ...(await ledger.tns.objectsAbove({ vra: modelName, version }, above, since, without))])];
}

function warnOfLeapSeconds(): void {
  if (new Date().toISOString().slice(0, 10) < LEAP_SECONDS_GOOD_UNTIL) return;
  printError(
    `the number of leap seconds was good until ${LEAP_SECONDS_GOOD_UNTIL}: dates may be a second off; upgrade lvra`,
  );
}

/** What would be reported at the live site. */
async function dryRun(
  ids: readonly bigint[],
  { again, json }: TnsReportOptions,
  settings: TnsSettings,
  { ledger, folder }: OpenLedger,
): Promise<void> {
  const options = {
    ledger: ledger.tns,
    batchFile: (stem: string) => folder.batchFile(stem),
    sizesOf: (stem: string) => ledger.places.of(stem),
    settings,
    site: 'live',
    again: () => again === true,
    now: Date.now(),
  } as const;
  const planned = await planReports(ids, options);
  if (json) printJson({ site: 'live', isSent: false, objects: plannedInJson(planned), reports: [] });
  if (planned.length === 0) return printError('there is no such object');
  const reports = reportsOf(planned).map(({ report }) => report);
  if (!json) showSubmissions(planned, reports);
  printError(`a dry run: nothing was sent; ${reports.length} of ${ids.length} objects would be`);
  if (planned.some(({ kind }) => kind === 'impossible')) process.exitCode = EXIT.failed;
}

/** @param reports JSON texts */
function showSubmissions(planned: readonly Planned[], reports: readonly string[]): void {
  print(planTable(planned));
  for (let from = 0; from < reports.length; from += MOST_REPORTS) {
    print(`\n${JSON.stringify(JSON.parse(submissionOf(reports.slice(from, from + MOST_REPORTS))), null, 2)}`);
  }
}

async function report(
  ids: readonly bigint[],
  options: TnsReportOptions,
  settings: TnsSettings,
  sending: TnsSending,
  { ledger, paths, folder }: OpenLedger,
): Promise<void> {
  const again = options.again === true;
  const locks = takeLocks(paths, ['tns'], 'exclusive', 'lvra tns-report');
  await ledger.lock(['tns'], 'exclusive', 'lvra tns-report');
  const signal = stopSignal(() =>
    printError('stopping; what is in flight is finished first, a second Ctrl-C breaks it off'),
  );
  const client = new TnsClient({
    ...sending,
    signal,
    onWait: (waitMs) => printError(`TNS asks for a rest: ${duration(waitMs)}`),
  });
  try {
    const submitting = new ReportSubmitter({
      ...{ ledger: ledger.tns, tns: new Tns(client), sending, signal, say: printError, now: Date.now },
      sender: `process ${process.pid} on ${hostname()}`,
    });
    const before = await ledger.tns.open(sending.site);
    await submitting.resolve();
    const resolved = await resolvedOf(before, sending, ledger.tns);
    const planned = await planReports(ids, {
      ...{ ledger: ledger.tns, settings, site: sending.site, now: Date.now() },
      batchFile: (stem) => folder.batchFile(stem),
      sizesOf: (stem) => ledger.places.of(stem),
      again: (id) => again && !resolved.has(id),
    });
    const reports = reportsOf(planned);
    if (again) planned.forEach(sayTooFresh);
    if (planned.length > 0 && !options.json) print(`${planTable(planned)}\n`);
    if (reports.length > 0 && !signal.aborted && (await isMeant(reports.length, options, sending))) {
      await submitting.send(reports, again);
    }
    await reportOutcome(ids, options, planned, before, sending, ledger.tns);
  } finally {
    locks.release();
    client.close();
  }
}

function reportsOf(planned: readonly Planned[]): NewTnsReport[] {
  return planned.flatMap((each) => (each.kind === 'report' || each.kind === 'repeat' ? each.report : []));
}

/** Reports that were open and have an answer by now: they are not sent again. */
async function resolvedOf(before: readonly TnsRecord[], { site }: TnsSending, ledger: TnsLedger): Promise<Set<bigint>> {
  const ids = before.map(({ diaObjectId }) => diaObjectId);
  const standing = await Promise.all(ids.map((id) => ledger.standing(site, id)));
  return new Set(ids.filter((_, index) => standing[index]?.outcome !== undefined));
}

function sayTooFresh(planned: Planned): void {
  if (planned.kind !== 'standing' || !isInDoubt(planned.standing)) return;
  const from = new Date(planned.standing.sentAt + DOUBT_MS).toISOString().slice(11, 16);
  printError(
    `${planned.diaObjectId} is in doubt, and TNS may be busy with it still: it can be sent again from ${from} UTC`,
  );
}

async function isMeant(reports: number, { live, yes }: TnsReportOptions, { address }: TnsSending): Promise<boolean> {
  if (!live || yes) return true;
  const meant = await typedYes(`Type yes to report ${reports} objects to ${address}:`);
  if (!meant) printError('nothing was sent');
  return meant;
}

/** Prints the outcome of everything that was asked for or open before, and sets the exit code. */
async function reportOutcome(
  ids: readonly bigint[],
  { json }: TnsReportOptions,
  planned: readonly Planned[],
  before: readonly TnsRecord[],
  { site }: TnsSending,
  ledger: TnsLedger,
): Promise<void> {
  const concerned = new Set([...before.map(({ diaObjectId }) => diaObjectId), ...ids]);
  const all = await Promise.all([...concerned].map((id) => ledger.ofObject(id)));
  const records = all.flatMap((of) => of.findLast((record) => record.site === site) ?? []);
  if (json) {
    printJson({ site, isSent: true, objects: plannedInJson(planned), reports: outcomesInJson(records) });
  } else print(records.length > 0 ? outcomeTable(records) : `Nothing is reported to TNS (${site}).`);
  const open = await ledger.open(site);
  if (open.some(isInDoubt)) printError(IN_DOUBT);
  const named = new Set(planned.flatMap((each) => (each.kind === 'named' ? each.diaObjectId : [])));
  const others = ids.filter((id) => !named.has(id));
  const isLeft = !(await Promise.all(others.map((id) => ledger.standing(site, id)))).every(isThere);
  if (isLeft || open.length > 0) process.exitCode = EXIT.failed;
}

const IN_DOUBT =
  'in doubt: TNS gave no receipt, so it may have the report or not, and it is not sent again by itself. A later run ' +
  'looks for it there once more; if it is not there, --again sends the same report again';

function isThere(standing: TnsRecord | undefined): boolean {
  return standing !== undefined && standing.outcome !== undefined && standing.outcome !== 'lost';
}
