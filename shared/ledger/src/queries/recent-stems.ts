import { STAGES, type Stage } from '@lvra/core';
import type { Database, Questions } from '../database.js';
import { type Question, question, valueQuestion } from '../statements.js';
import { columnOf, STATUS_TABLE } from '../status-tables.js';
import { eventsOfStems, type StemEvent } from '../work/stem-events.js';
import { newestStems } from './newest-stems.js';
import { statusIn, statusRowsOfStems } from './status-rows.js';

/** Which stems: those that a stage of a VRA failed on, has not begun, or gave up on. */
export type StemFilter = 'failed' | 'pending' | 'dead';

/** A stem on its way through the stages. */
export interface RecentStem {
  readonly stem: string;
  /** ms since 1970; undefined if none of our consumers registered it. */
  readonly registeredAt: number | undefined;
  /** When Kafka had the oldest of its alerts, ms since 1970. */
  readonly oldestReceivedAt: number | undefined;
  readonly alerts: number | undefined;
  /** How many of its alerts are in quarantine, or were. */
  readonly quarantined: number;
  /** By VRA and stage; a stem that was never meant for the VRA has none of it. */
  readonly statuses: readonly { readonly stage: Stage; readonly vra: string; readonly status: number }[];
  readonly work: readonly OpenWork[];
  /** Oldest first. */
  readonly events: readonly StemEvent[];
}

/** What a stage of a VRA has begun of a stem and has not done. Times are in ms since 1970. */
export interface OpenWork {
  readonly stage: Stage;
  readonly vra: string;
  readonly attempts: number;
  /** Until when a process has it; undefined if none has. */
  readonly leaseUntil: number | undefined;
  /** Undefined if it may be tried now. */
  readonly nextAttempt: number | undefined;
  /** The last failure. */
  readonly error: string | undefined;
  readonly isDead: boolean;
}

interface WorkRow {
  stem: string;
  stage: Stage;
  vra: string;
  attempts: bigint;
  owner: string | null;
  lease_until: bigint;
  next_attempt: bigint;
  error: string | null;
  dead_at: bigint | null;
}

interface BatchRow {
  stem: string;
  registered_at: bigint | null;
  oldest_ms: bigint | null;
  alerts: bigint | null;
}

const NEWEST = 'ORDER BY stem DESC LIMIT @most';
/** A batch all of whose alerts are in quarantine has no row in a status table; one of the Python pipeline has no batch. */
const REGISTERED = [
  valueQuestion<string>(`SELECT stem FROM ${STATUS_TABLE.feature} WHERE stem < @before ${NEWEST}`),
  valueQuestion<string>(
    `SELECT stem FROM batch INDEXED BY batch_times WHERE stem < @before AND registered_at IS NOT NULL ${NEWEST}`,
  ),
];
/** Without the times of all alerts, which lie in the row. */
const BATCHES = question<BatchRow>(
  'SELECT stem, registered_at, oldest_ms, alerts FROM batch INDEXED BY batch_times WHERE stem IN @stems',
);
const WORK = question<WorkRow>(
  `SELECT stem, stage, vra, attempts, owner, lease_until, next_attempt, error, dead_at FROM work
   WHERE stage IN @stages AND vra IN @vras AND stem IN @stems`,
);
const QUARANTINED = question<{ stem: string; alerts: bigint }>(
  'SELECT stem, count(*) AS alerts FROM quarantine WHERE stem IN @stems GROUP BY stem',
);

/** The newest stems and how far each is, all of them from indexes. */
export class RecentStems {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Newest first.
   *
   * @param before stems are smaller than this text; undefined for the newest of all
   * @param only those that some stage of one of the VRAs has in this state
   */
  newest(
    vras: readonly string[],
    { before, only }: { before?: string | undefined; only?: StemFilter | undefined },
    most: number,
  ): Promise<RecentStem[]> {
    const questions =
      only === undefined ? REGISTERED : vras.flatMap((vra) => STAGES.map((stage) => stemsThat(only, stage, vra)));
    return this.#database.reading(async (ask) => {
      const names = new Set<string>();
      for (const each of questions) {
        for (const stem of await newestStems(ask, each, {}, most, before)) names.add(stem);
      }
      return howFar(ask, [...names].sort().reverse().slice(0, most), vras);
    });
  }

  /** How far one stem is; undefined if it is not registered. */
  async of(stem: string, vras: readonly string[]): Promise<RecentStem | undefined> {
    return (await this.each([stem], vras))[0];
  }

  /** The same of several, in their order; those that are not registered are left out. */
  async each(stems: readonly string[], vras: readonly string[]): Promise<RecentStem[]> {
    const found = await this.#database.reading((ask) => howFar(ask, stems, vras));
    return found.filter(({ registeredAt, statuses }) => registeredAt !== undefined || statuses.length > 0);
  }
}

/** The dead ones are failed too. */
function stemsThat(only: StemFilter, stage: Stage, vra: string): Question<string> {
  const column = columnOf(vra);
  const is = {
    failed: `own.${column} <> 0`,
    pending: `own.${column} = 0`,
    dead: `EXISTS (SELECT 1 FROM work
      WHERE work.stage = '${stage}' AND work.vra = '${vra}' AND work.stem = own.stem AND work.dead_at IS NOT NULL)`,
  }[only];
  return valueQuestion(
    `SELECT own.stem FROM ${STATUS_TABLE[stage]} own
     WHERE own.${column} NOT IN (1, -1) AND ${is} AND own.stem < @before ORDER BY own.stem DESC LIMIT @most`,
  );
}

async function howFar(ask: Questions, stems: readonly string[], vras: readonly string[]): Promise<RecentStem[]> {
  const rows = await statusRowsOfStems(ask, stems);
  const batches = new Map((await ask.all(BATCHES, { stems })).map((row) => [row.stem, row]));
  const work = groupedByStem(await ask.all(WORK, { stages: STAGES, vras, stems }));
  const events = groupedByStem(await eventsOfStems(ask, stems));
  const quarantined = new Map((await ask.all(QUARANTINED, { stems })).map(({ stem, alerts }) => [stem, alerts]));
  return stems.map((stem) => {
    const batch = batches.get(stem);
    return {
      stem,
      registeredAt: known(batch?.registered_at),
      oldestReceivedAt: known(batch?.oldest_ms),
      alerts: known(batch?.alerts),
      quarantined: Number(quarantined.get(stem) ?? 0),
      statuses: vras.flatMap((vra) =>
        STAGES.flatMap((stage) => {
          const status = statusIn(rows[stage].get(stem), vra);
          return typeof status === 'number' ? [{ stage, vra, status }] : [];
        }),
      ),
      work: (work.get(stem) ?? []).map(openWork),
      events: events.get(stem) ?? [],
    };
  });
}

function openWork(row: WorkRow): OpenWork {
  return {
    stage: row.stage,
    vra: row.vra,
    attempts: Number(row.attempts),
    leaseUntil: row.owner === null ? undefined : Number(row.lease_until),
    nextAttempt: Number(row.next_attempt) || undefined,
    error: row.error ?? undefined,
    isDead: row.dead_at !== null,
  };
}

function known(value: bigint | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function groupedByStem<Row extends { readonly stem: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.stem);
    if (group) group.push(row);
    else groups.set(row.stem, [row]);
  }
  return groups;
}
