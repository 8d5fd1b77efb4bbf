import { isDone, STATUS, type Stage, statusMeaning, UPSTREAM } from '@lvra/core';
import type { OpenWork, RecentStem, StemFilter } from '@lvra/ledger';
import { iso } from '../../iso.js';
import type { Look } from '../../open-ledger.js';

/** How a stage of a VRA stands with a stem. */
export type Progress =
  | 'done'
  /** Done, but some alerts have no result. */
  | 'partial'
  /** A process works on it. */
  | 'active'
  /** It is the stage's turn. */
  | 'waiting'
  /** The stage before has not done it. */
  | 'later'
  /** It is tried again. */
  | 'failed'
  /** Given up on until an operator acts. */
  | 'dead'
  /** Never meant for the VRA. */
  | 'none';

/** A stem and its way through the stages of some VRAs. */
export interface StemRow {
  readonly stem: string;
  /** Null for a stem of the Python pipeline, like everything else that only our consumer records. */
  readonly registeredAt: string | null;
  readonly alerts: number | null;
  readonly quarantined: number;
  /** How long the consumer took to write the batch, ms. */
  readonly consumerMs: number | null;
  /** For each stage of each VRA, in the order of the settings and the flow. */
  readonly stages: readonly StageOfStem[];
  /** From its registration until the last of the stages was done, ms; null while one is not. */
  readonly tookMs: number | null;
  /** From when Kafka had its oldest alert until then, ms. */
  readonly oldestTookMs: number | null;
}

export interface StageOfStem {
  readonly stage: Stage;
  readonly vra: string;
  readonly progress: Progress;
  /** Null where there is none. */
  readonly status: number | null;
  /** Of the status, in words. */
  readonly meaning: string | null;
  /** How long the attempt took that did it, ms; null if it is not done, or if nobody recorded it. */
  readonly ms: number | null;
  /** How many attempts have begun, as far as they are recorded. */
  readonly attempts: number;
  /** What went wrong last, while it is not done; else what the stage said of its result. */
  readonly detail: string | null;
  readonly nextAttempt: string | null;
}

export interface StemQuestion {
  /** Only smaller stems: the page after one that ends with this. */
  readonly before?: string | undefined;
  readonly only?: StemFilter | undefined;
  /** This VRA alone; undefined for all. */
  readonly vra?: string | undefined;
}

/** A page of stems, newest first, and `next`, which is `before` of the one that follows; null if none does. */
export interface StemPage {
  readonly stems: readonly StemRow[];
  readonly next: string | null;
}

/** No lease is longer; what lasts until later is from before the clock was set back. */
const LONGEST_LEASE_MS = 3_600_000;

export async function recentStems(
  { ledger, vras, stages }: Look,
  { before, only, vra }: StemQuestion,
  most: number,
  now = Date.now(),
): Promise<StemPage> {
  const wanted = vras.filter((each) => vra === undefined || each === vra);
  const columns = stages.filter(([, of]) => wanted.includes(of));
  const found = await ledger.recent.newest(wanted, { before, only }, most + 1);
  const shown = found.slice(0, most);
  return {
    stems: shown.map((stem) => stemRow(stem, columns, now)),
    next: found.length > most ? (shown.at(-1)?.stem ?? null) : null,
  };
}

/** How each stage of each VRA stands with one stem; empty if it is not registered. */
export async function stemStages(
  { ledger, vras, stages }: Look,
  stem: string,
  now = Date.now(),
): Promise<readonly StageOfStem[]> {
  const found = await ledger.recent.of(stem, vras);
  return found ? stemRow(found, stages, now).stages.filter(({ progress }) => progress !== 'none') : [];
}

function stemRow(stem: RecentStem, columns: Look['stages'], now: number): StemRow {
  const stages = columns.map(([stage, vra]) => stageOfStem(stem, stage, vra, now));
  const last = lastDoneAt(stem, stages);
  const { registeredAt, oldestReceivedAt: oldest } = stem;
  const consumed = stem.events.find(({ stage }) => stage === 'consumer');
  return {
    stem: stem.stem,
    registeredAt: registeredAt === undefined ? null : iso(registeredAt),
    alerts: stem.alerts ?? null,
    quarantined: stem.quarantined,
    consumerMs: consumed?.durationMs ?? null,
    stages,
    tookMs: last === undefined || registeredAt === undefined ? null : Math.max(last - registeredAt, 0),
    oldestTookMs: last === undefined || oldest === undefined ? null : Math.max(last - oldest, 0),
  };
}

function stageOfStem(stem: RecentStem, stage: Stage, vra: string, now: number): StageOfStem {
  const statusOf = (which: Stage) => stem.statuses.find((each) => each.stage === which && each.vra === vra)?.status;
  const status = statusOf(stage);
  const work = stem.work.find((each) => each.stage === stage && each.vra === vra);
  const events = stem.events.filter((each) => each.stage === stage && each.vra === vra);
  const last = events.at(-1);
  const done = last !== undefined && status !== undefined && isDone(status) ? last : undefined;
  const upstream = UPSTREAM[stage];
  const isReady = upstream === undefined || isDone(statusOf(upstream) ?? STATUS.initialised);
  const isOpen = status !== undefined && !isDone(status);
  return {
    stage,
    vra,
    progress: progressOf(status, work, isReady, now),
    ...statusInWords(status),
    ms: done?.durationMs ?? null,
    attempts: (isOpen ? work?.attempts : undefined) ?? events.length,
    detail: (isOpen ? (work?.error ?? last?.detail) : done?.detail) ?? null,
    nextAttempt: isOpen && work?.nextAttempt !== undefined && !work.isDead ? iso(work.nextAttempt) : null,
  };
}

/** SQLite lets in what is no number; the stage takes such a stem as one that is not done. */
function statusInWords(status: number | undefined): Pick<StageOfStem, 'status' | 'meaning'> {
  if (status === undefined) return { status: null, meaning: null };
  if (Number.isNaN(status)) return { status: null, meaning: 'no number in the ledger' };
  return { status, meaning: statusMeaning(status) };
}

function progressOf(status: number | undefined, work: OpenWork | undefined, isReady: boolean, now: number): Progress {
  if (status === undefined) return 'none';
  if (status === STATUS.done) return 'done';
  if (status === STATUS.partial) return 'partial';
  if (work?.isDead) return 'dead';
  const leaseMs = (work?.leaseUntil ?? 0) - now;
  if (leaseMs > 0 && leaseMs < LONGEST_LEASE_MS) return 'active';
  if (status !== STATUS.initialised) return 'failed';
  return isReady ? 'waiting' : 'later';
}

/** When the last stage was done; undefined while one is not, or if nobody recorded it. */
function lastDoneAt({ events }: RecentStem, stages: readonly StageOfStem[]): number | undefined {
  const open = stages.some(({ progress }) => !['done', 'partial', 'none'].includes(progress));
  const done = events.filter(
    ({ stage, vra, status }) =>
      isDone(status) && stages.some((each) => each.stage === stage && each.vra === vra && each.progress !== 'none'),
  );
  return open || done.length === 0 ? undefined : Math.max(...done.map(({ at }) => at));
}
