import { escapeControlLines, UsageError } from '@lvra/core';
import type { QuarantineCount, QuarantinedAlert, QuarantineQuestion } from '@lvra/ledger';
import type { Look } from '../../open-ledger.js';
import { becameOf, type QuarantineRecord, quarantinedBytes, quarantineRecord } from './quarantine.js';

/** A page of the quarantine, newest first. */
export interface QuarantinePage {
  /** Those that can be replayed, by stage and reason, the most frequent first. */
  readonly counts: readonly QuarantineCount[];
  /** The counts are of the newest so many; null if they are of all. */
  readonly countedNewest: number | null;
  readonly alerts: readonly QuarantineRecord[];
  /** `before` of the page that follows; null if none does. */
  readonly next: string | null;
}

/** So many are counted by reason in a few milliseconds. */
const COUNTED = 20_000;

export async function quarantinePage(
  { ledger: { quarantinePages, overview } }: Look,
  question: QuarantineQuestion,
  most: number,
): Promise<QuarantinePage> {
  const found = await quarantinePages.newest(question, most + 1);
  const shown = found.slice(0, most);
  const last = shown.at(-1);
  return {
    counts: await quarantinePages.counts(COUNTED),
    countedNewest: (await overview.quarantined()) > COUNTED ? COUNTED : null,
    alerts: shown.map(quarantineRecord),
    next: found.length > most && last ? String(last.id) : null,
  };
}

/** The alerts of a stem in quarantine, replayed ones too, by stage and position. */
export async function stemQuarantined({ ledger }: Look, stem: string, most: number): Promise<QuarantineRecord[]> {
  return (await ledger.quarantinePages.ofStem(stem, most)).map(quarantineRecord);
}

/** The beginning of the bytes of an alert in quarantine. */
export interface BytesShown {
  /** How many there are in all. */
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly hex: string;
  /** The same as text, with control characters written out; null if it is none. */
  readonly text: string | null;
}

/** What there is to see of an alert; in words, if its bytes are not there. */
export async function firstBytes(
  look: Look,
  alert: QuarantinedAlert,
  most: number,
): Promise<{ readonly shown: BytesShown | null; readonly missing: string | null }> {
  try {
    const kept = await quarantinedBytes(look, alert);
    if (kept === undefined) return { shown: null, missing: becameOf(quarantineRecord(alert)) ?? 'none were kept' };
    const head = kept.bytes.subarray(0, most);
    return {
      shown: {
        bytes: kept.bytes.length,
        hex: head.toString('hex'),
        text: textOf(head, head.length < kept.bytes.length),
      },
      missing: null,
    };
  } catch (error) {
    // A file that is gone or damaged: the rest of what is known is shown all the same.
    if (error instanceof UsageError) return { shown: null, missing: error.message };
    throw error;
  }
}

/** @param isCut whether the last character may be incomplete */
function textOf(head: Uint8Array, isCut: boolean): string | null {
  try {
    return escapeControlLines(new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: isCut }));
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
