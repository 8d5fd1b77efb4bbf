import type { QuarantineReason } from '@lvra/core';
import type { Database } from '../database.js';
import {
  IS_OPEN,
  type QuarantinedAlert,
  type QuarantineEntry,
  type QuarantineRow,
  quarantinedAlertOf,
  SELECT_QUARANTINED,
} from '../quarantine.js';
import { question } from '../statements.js';

/** Which alerts in quarantine are asked for. */
export interface QuarantineQuestion {
  /** Also those that were replayed, and those whose bytes are gone. */
  readonly all: boolean;
  readonly stage?: QuarantineEntry['stage'] | undefined;
  readonly reason?: string | undefined;
  /** Only those of smaller numbers. */
  readonly before?: bigint | undefined;
}

/** How many alerts a stage put aside for one reason. */
export interface QuarantineCount {
  readonly stage: QuarantineEntry['stage'];
  readonly reason: QuarantineReason;
  readonly alerts: number;
}

const GREATEST_ID = 2n ** 63n - 1n;

const page = (which: string) =>
  question<QuarantineRow>(
    `${SELECT_QUARANTINED} WHERE ${which} ID < @before AND stage = coalesce(@stage, stage)
       AND reason = coalesce(@reason, reason) ORDER BY ID DESC LIMIT @most`,
  );
const OPEN_PAGE = page(`${IS_OPEN} AND`);
const PAGE = page('');
/** Of the newest alone: after a night that went wrong there may be any number. */
const COUNTS = question<{ stage: QuarantineEntry['stage']; reason: QuarantineReason; alerts: bigint }>(
  `SELECT stage, reason, count(*) AS alerts FROM (
     SELECT stage, reason FROM quarantine WHERE ${IS_OPEN} ORDER BY ID DESC LIMIT ?) newest
   GROUP BY stage, reason ORDER BY count(*) DESC, stage, reason`,
);
const OF_STEM = question<QuarantineRow>(`${SELECT_QUARANTINED} WHERE stem = ? ORDER BY stage, vra, position LIMIT ?`);

/** The alerts in quarantine, a page at a time. */
export class QuarantinePages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest first. */
  async newest({ all, stage, reason, before }: QuarantineQuestion, most: number): Promise<QuarantinedAlert[]> {
    const values = { stage: stage ?? null, reason: reason ?? null, before: before ?? GREATEST_ID, most };
    return (await this.#database.all(all ? PAGE : OPEN_PAGE, values)).map(quarantinedAlertOf);
  }

  /** How many of the newest `most` that can be replayed are there by stage and reason, the most frequent first. */
  async counts(most: number): Promise<QuarantineCount[]> {
    const rows = await this.#database.all(COUNTS, most);
    return rows.map(({ alerts, ...row }) => ({ ...row, alerts: Number(alerts) }));
  }

  /** Those of one stem, replayed ones too, by stage and position. */
  async ofStem(stem: string, most: number): Promise<QuarantinedAlert[]> {
    return (await this.#database.all(OF_STEM, stem, most)).map(quarantinedAlertOf);
  }
}
