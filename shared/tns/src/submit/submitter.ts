import { backoffMs, sleep, UsageError } from '@lvra/core';
import type { NewTnsReport, TnsLedger, TnsRecord, TnsSettlement } from '@lvra/ledger';
import type { Tns } from '../client/tns.js';
import { internalNameOf } from '../report/report.js';
import type { TnsSending } from '../settings.js';
import { mayBeRepeated } from './in-doubt.js';
import { settlementsOf } from './match-feedback.js';

export interface SubmittingOptions {
  readonly ledger: TnsLedger;
  readonly tns: Pick<Tns, 'submit' | 'reply' | 'search'>;
  readonly sending: Pick<TnsSending, 'site' | 'address' | 'apiKey' | 'botId' | 'botName' | 'pollMs' | 'replyMs'>;
  /** Names this process in the ledger. */
  readonly sender: string;
  readonly signal: AbortSignal;
  /** Prints progress for the operator. */
  readonly say: (message: string) => void;
  readonly now: () => number;
}

/** The most reports that TNS accepts in a submission. */
export const MOST_REPORTS = 100;

const LONGEST_POLL_MS = 60_000;

/**
 * Sends reports and gets their results: record, send, record the receipt, ask for the reply, record it. What is
 * interrupted stays in the ledger without an outcome, and `resolve` continues it.
 */
export class ReportSubmitter {
  readonly #options: SubmittingOptions;

  constructor(options: SubmittingOptions) {
    this.#options = options;
  }

  /**
   * Continues what earlier runs left open: asks for the reply to a submission that has a receipt; without a receipt,
   * asks TNS whether it has the object under the report's internal name. Sends no reports.
   *
   * @throws UsageError if TNS refuses the key
   */
  async resolve(): Promise<void> {
    const { ledger, sending, signal } = this.#options;
    const open = await ledger.open(sending.site);
    for (const submission of new Set(open.map((record) => record.submission))) {
      if (signal.aborted) return;
      const records = open.filter((record) => record.submission === submission);
      const reportId = records[0]?.reportId;
      if (reportId === undefined) await this.#findByInternalName(records);
      else await this.#awaitReply(submission, reportId);
    }
  }

  /**
   * Sends reports, a hundred at a time, and waits for their results. Stops if TNS does not answer.
   *
   * @param again also of objects that are at TNS, and of those in doubt that TNS should show by now
   * @throws UsageError if TNS refuses the key
   */
  async send(reports: readonly NewTnsReport[], again: boolean): Promise<void> {
    const { ledger, sending, sender, signal, now } = this.#options;
    if (again) await this.#giveUp(reports);
    for (let from = 0; from < reports.length && !signal.aborted; from += MOST_REPORTS) {
      const begun = await ledger.begin(sending.site, reports.slice(from, from + MOST_REPORTS), {
        sender,
        again,
        now: now(),
      });
      if (begun.submission === undefined) continue;
      const goesOn = await this.#submit(begun.submission, begun.taken);
      if (!goesOn) return;
    }
  }

  /** Closes what is in doubt, so that it can be sent again; TNS recognizes an identical report. */
  async #giveUp(reports: readonly NewTnsReport[]): Promise<void> {
    const { ledger, sending, now } = this.#options;
    const wanted = new Set(reports.map(({ diaObjectId }) => diaObjectId));
    for (const record of await ledger.open(sending.site)) {
      const { submission, diaObjectId } = record;
      if (!wanted.has(diaObjectId) || !mayBeRepeated(record, now())) continue;
      const detail = 'TNS gave no receipt, and did not have it when asked';
      await ledger.settle(submission, [{ diaObjectId, outcome: 'lost', detail }], now());
    }
  }

  async #submit(submission: bigint, reports: readonly NewTnsReport[]): Promise<boolean> {
    const { ledger, tns, say, now } = this.#options;
    say(`sending ${countOf(reports.length)} to ${this.#options.sending.address}`);
    const verdict = await tns.submit(reports.map(({ report }) => report));
    const settleAll = (outcome: 'not_sent' | 'refused', detail: string) =>
      ledger.settle(
        submission,
        reports.map(({ diaObjectId }) => ({ diaObjectId, outcome, detail })),
        now(),
      );
    switch (verdict.kind) {
      case 'received':
        await ledger.received(submission, verdict.reportId);
        await this.#awaitReply(submission, verdict.reportId);
        return true;
      case 'refused':
        await ledger.settle(submission, settlementsOf(await ledger.ofSubmission(submission), verdict.feedback), now());
        await settleAll('refused', verdict.message);
        return true;
      case 'not_sent':
        await settleAll('not_sent', verdict.message);
        say(`TNS took nothing: ${verdict.message}`);
        return false;
      case 'key_refused':
        await settleAll('not_sent', verdict.message);
        throw this.#keyRefused(verdict.message);
      case 'in_doubt':
        say(`whether TNS took the reports is not known: ${verdict.message}; the next run asks TNS for them`);
        return false;
    }
  }

  async #awaitReply(submission: bigint, reportId: string): Promise<void> {
    const { ledger, tns, sending, signal, say, now } = this.#options;
    const end = performance.now() + sending.replyMs;
    let problem = 'it is not ready';
    const backoff = { firstMs: sending.pollMs, longestMs: LONGEST_POLL_MS };
    for (let polls = 1; ; polls++) {
      await sleep(Math.min(backoffMs(backoff, polls), end - performance.now()), signal);
      if (!signal.aborted) {
        const verdict = await tns.reply(reportId);
        if (verdict.kind === 'key_refused') throw this.#keyRefused(verdict.message);
        if (verdict.kind === 'feedback') {
          const settlements = settlementsOf(await ledger.ofSubmission(submission), verdict.feedback);
          await ledger.settle(submission, await this.#named(settlements), now());
        }
        problem = verdict.kind === 'failed' ? verdict.message : 'it is not ready';
      }
      const left = (await ledger.ofSubmission(submission)).filter(({ outcome }) => outcome === undefined);
      if (left.length === 0) return;
      if (!signal.aborted && performance.now() < end) continue;
      say(`TNS's reply ${reportId} is missing on ${countOf(left.length)} (${problem}); the next run asks for it again`);
      return;
    }
  }

  /** For an identical report TNS does not name the object; its search does. The name is optional. */
  async #named(settlements: readonly TnsSettlement[]): Promise<TnsSettlement[]> {
    const named: TnsSettlement[] = [];
    for (const settlement of settlements) {
      const isNameless = settlement.outcome === 'identical' && settlement.objname === undefined;
      const verdict = isNameless ? await this.#options.tns.search(internalNameOf(settlement.diaObjectId)) : undefined;
      named.push(verdict?.kind === 'found' ? { ...settlement, objname: verdict.objname } : settlement);
    }
    return named;
  }

  async #findByInternalName(records: readonly TnsRecord[]): Promise<void> {
    const { ledger, tns, signal, say, now } = this.#options;
    for (const { submission, diaObjectId, internalName } of records) {
      if (signal.aborted) return;
      const verdict = await tns.search(internalName);
      if (verdict.kind === 'key_refused') throw this.#keyRefused(verdict.message);
      if (verdict.kind === 'failed') say(`TNS could not be asked for ${internalName}: ${verdict.message}`);
      if (verdict.kind !== 'found') continue;
      const detail = 'TNS gave no receipt, and had it when asked';
      await ledger.settle(submission, [{ diaObjectId, outcome: 'found', objname: verdict.objname, detail }], now());
    }
  }

  #keyRefused(message: string): UsageError {
    const { address, apiKey, botId, botName } = this.#options.sending;
    return new UsageError(
      `${address} refuses the key (${message}): ${apiKey.from} must hold that of the bot ${botName}, id ${botId} ` +
        '(bot_name and bot_id), as its page at TNS shows it',
    );
  }
}

function countOf(reports: number): string {
  return reports === 1 ? '1 report' : `${reports} reports`;
}
