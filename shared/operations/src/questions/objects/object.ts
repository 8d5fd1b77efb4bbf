import { UsageError, utcMsOf } from '@lvra/core';
import type { LabelRecord, ObjectScore } from '@lvra/ledger';
import { iso } from '../../iso.js';
import type { Look } from '../../open-ledger.js';
import { type ReportRecord, reportRecord } from './tns-reports.js';
import { whyUnscored } from './why-unscored.js';

/** All that is known of one object. Ids are decimal strings. */
export interface ObjectRecord {
  readonly diaObjectId: string;
  /** The stem that it was last in; null if it is known from its scores, reports or labels alone. */
  readonly lastStem: string | null;
  /** Of every VRA and version: newest source first, of one source the latest first. */
  readonly scores: readonly ScoreRecord[];
  /** Why that stem gave it no score, a sentence for each reason; empty if it did. */
  readonly unscored: readonly string[];
  /** Its reports to TNS, oldest first. */
  readonly tns: readonly ReportRecord[];
  /** What people say that it is: the one that counts first. */
  readonly labels: readonly LabelOfObject[];
}

export interface LabelOfObject {
  readonly label: string;
  readonly who: string;
  /** When it was said, ISO 8601 in UTC; null if what is recorded is no time. */
  readonly at: string | null;
}

/** One score. Times are ISO 8601 in UTC, and null if there is none. */
export interface ScoreRecord extends Omit<ObjectScore, 'diaSourceId' | 'provenanceId' | 'fateAt' | 'fateDetail'> {
  readonly diaSourceId: string | null;
  /** `midpointMjdTai` as a time. */
  readonly observedUtc: string | null;
  /** Null for what is `unsent` or `unanswered`. */
  readonly fateAt: string | null;
  readonly fateDetail: string | null;
  readonly provenanceId: string;
}

/** @throws UsageError if no alert, score, report or label was ever about the object */
export async function objectRecord(open: Look, diaObjectId: bigint): Promise<ObjectRecord> {
  const { ledger, settings } = open;
  const scores = await ledger.objects.scores(diaObjectId);
  const lastStem = await ledger.objects.lastStem(diaObjectId);
  const reports = await ledger.tns.ofObject(diaObjectId);
  const labels = await ledger.labels.ofObject(diaObjectId);
  if (lastStem === undefined && [scores, reports, labels].every(({ length }) => length === 0)) {
    throw new UsageError(
      `the ledger in ${settings.dataRoot} knows no object ${diaObjectId}: no alert of it has come through the filter`,
    );
  }
  return {
    diaObjectId: String(diaObjectId),
    lastStem: lastStem ?? null,
    scores: scores.map(scoreRecord),
    unscored: lastStem === undefined ? [] : await unscored(open, diaObjectId, lastStem, scores),
    tns: reports.map(reportRecord),
    labels: labels.map(labelOfObject),
  };
}

async function unscored(
  open: Look,
  diaObjectId: bigint,
  lastStem: string,
  scores: readonly ObjectScore[],
): Promise<string[]> {
  const vras = open.stages
    .filter(([stage, vra]) => stage === 'predict' && !scores.some((each) => each.vra === vra && each.stem === lastStem))
    .map(([, vra]) => vra);
  return vras.length === 0 ? [] : whyUnscored(open, diaObjectId, lastStem, vras);
}

function labelOfObject({ label, who, at }: LabelRecord): LabelOfObject {
  return { label, who, at: iso(at) };
}

function scoreRecord({ provenanceId, diaSourceId, midpointMjdTai, fateAt, fateDetail, ...score }: ObjectScore) {
  return {
    diaSourceId: diaSourceId === null ? null : String(diaSourceId),
    midpointMjdTai,
    observedUtc: midpointMjdTai === null ? null : iso(utcMsOf(midpointMjdTai)),
    ...score,
    fateAt: fateAt === undefined ? null : iso(fateAt),
    fateDetail: fateDetail ?? null,
    provenanceId: String(provenanceId),
  };
}
