import { instantOfStem, type Stage, statusMeaning } from '@lvra/core';
import { iso } from '../../iso.js';
import { nightAt } from '../../night-span.js';
import type { Look } from '../../open-ledger.js';

/** What an operator asks at 4 a.m. Times are ISO 8601 in UTC, and null where there is none. */
export interface Tonight {
  /** YYYYMMDD: the UTC date at whose noon it ends. */
  readonly night: string;
  readonly began: string | null;
  /** When the newest alerts were registered; of a stem of the Python pipeline, the time in its name. */
  readonly lastAlertAt: string | null;
  /** Alerts that came in since the night began; null where the Python pipeline brings them, which does not count them. */
  readonly alerts: number | null;
  /** What Kafka had and nobody had read when a consumer last asked; null if none of ours has asked. */
  readonly unread: { readonly messages: number; readonly asOf: string | null } | null;
  readonly vras: readonly VraTonight[];
  /** How many alerts in quarantine can be replayed. */
  readonly quarantined: number;
  readonly calls: CallsTonight;
}

export interface VraTonight {
  readonly vra: string;
  /** Alerts that came in since the night began, of stems that are done with scoring; null as the alerts of the night are. */
  readonly scored: number | null;
  /** Alerts that Lasair took since the night began, and how many of them later than a minute after Kafka had them. */
  readonly taken: number | null;
  readonly takenLate: number | null;
  /** When Kafka had the oldest alert that is on its way to Lasair; null if none is. Dead stems are not on their way. */
  readonly oldestWaiting: string | null;
  /** How many alerts on their way are late by now. */
  readonly late: number | null;
  /** In the order of the flow. */
  readonly stages: readonly StageTonight[];
}

export interface StageTonight {
  readonly stage: Stage;
  /** Stems that the stage itself has to do now. */
  readonly waiting: number;
  /** Given up on until an operator acts. */
  readonly dead: number;
  /** Stems whose last attempt failed, by status code, dead ones among them. */
  readonly failed: readonly FailedStems[];
  /** If the stage is paused: until when, and why. */
  readonly pausedUntil: string | null;
  readonly pausedBecause: string | null;
}

export interface FailedStems {
  readonly status: number;
  readonly meaning: string;
  readonly stems: number;
  readonly oldest: string;
}

/** The hour's calls to Lasair, of all VRAs together. */
export interface CallsTonight {
  readonly perHour: number;
  readonly left: number;
  /** When one is free again; null while there are some. */
  readonly nextAt: string | null;
  /** At the rate of the busiest of the last ten minutes. */
  readonly annotationsPerHour: number;
}

/** @param vra this one alone; undefined for all */
export async function tonight(look: Look, vra?: string, now = Date.now()): Promise<Tonight> {
  const { ledger, vras, settings } = look;
  const { name, began } = nightAt(now);
  const newest = await newestStem(look);
  const calls = await ledger.annotations.calls.state(now, settings.annotateCallsPerHour);
  const ofVras: VraTonight[] = [];
  for (const each of vras)
    if (vra === undefined || each === vra) ofVras.push(await vraTonight(look, each, newest.isCounted, began, now));
  return {
    night: name,
    began: iso(began),
    lastAlertAt: await lastAlert(look, newest),
    alerts: newest.isCounted ? await ledger.flow.alertsSince(began) : null,
    unread: await unread(look),
    vras: ofVras,
    quarantined: await ledger.overview.quarantined(),
    calls: {
      perHour: settings.annotateCallsPerHour,
      left: calls.left,
      nextAt: calls.left > 0 ? null : iso(now + calls.waitMs),
      annotationsPerHour: calls.annotationsPerHour,
    },
  };
}

async function vraTonight(
  { ledger, stages }: Look,
  vra: string,
  isCounted: boolean,
  began: number,
  now: number,
): Promise<VraTonight> {
  const { waiting, taken } = await ledger.flow.annotating(vra, now, began);
  const ofStages: StageTonight[] = [];
  for (const [stage, of] of stages) if (of === vra) ofStages.push(await stageTonight(ledger, stage, vra, now));
  return {
    vra,
    scored: isCounted ? await ledger.flow.scoredSince(vra, began) : null,
    taken: isCounted ? taken.alerts : null,
    takenLate: isCounted ? taken.late : null,
    oldestWaiting: waiting.oldest === undefined ? null : iso(waiting.oldest),
    late: isCounted ? waiting.late : null,
    stages: ofStages,
  };
}

async function stageTonight(ledger: Look['ledger'], stage: Stage, vra: string, now: number): Promise<StageTonight> {
  const pause = await ledger.work(stage, vra).paused(now);
  const open = await ledger.overview.unfinishedByCode(stage, vra);
  return {
    stage,
    waiting: (await ledger.flow.waiting(stage, vra)).stems,
    dead: await ledger.overview.dead(stage, vra),
    failed: open.flatMap(({ code, stems, oldest }) =>
      code === 0 ? [] : [{ status: code, meaning: statusMeaning(code), stems, oldest }],
    ),
    pausedUntil: pause ? iso(pause.until) : null,
    pausedBecause: pause?.reason ?? null,
  };
}

interface NewestStem {
  /** Whether our own consumer registered it, or there is none: else the Python pipeline is at work here, and alerts are not counted. */
  readonly isCounted: boolean;
  /** The time in its name, if nobody recorded when it was registered. */
  readonly namedAt: number | undefined;
}

async function newestStem({ ledger }: Look): Promise<NewestStem> {
  const [newest] = await ledger.recent.newest([], {}, 1);
  const isCounted = newest === undefined || newest.registeredAt !== undefined;
  return { isCounted, namedAt: isCounted ? undefined : instantOfStem(newest.stem)?.getTime() };
}

/** The Python pipeline may have worked on since our own consumer did. */
async function lastAlert({ ledger }: Look, { namedAt }: NewestStem): Promise<string | null> {
  const known = [await ledger.flow.lastRegistered(), namedAt].filter((at) => at !== undefined);
  return known.length > 0 ? iso(Math.max(...known)) : null;
}

async function unread({ ledger }: Look): Promise<Tonight['unread']> {
  const lags = await ledger.positions.seen.lags();
  if (lags.length === 0) return null;
  return {
    messages: lags.reduce((sum, { messages }) => sum + messages, 0),
    asOf: iso(Math.min(...lags.map(({ at }) => at))),
  };
}
