import type { Database, Questions } from '../../database.js';
import type { GroupPartition } from '../../intake/group-partition.js';
import type { StemRange, Turn } from '../../intake/kafka-positions.js';
import { question } from '../../statements.js';

/** One partition as a group has read it. */
export interface ReadPartition extends GroupPartition {
  /** Where the group continues reading; undefined if the position was forgotten with its topic. */
  readonly next: bigint | undefined;
  /** From `next` up to here Kafka held nothing for a reader. */
  readonly readTo: bigint | undefined;
}

/** Two ranges that do not meet although no turn leads from one to the other. */
export interface OffsetFault {
  readonly kind: 'gap' | 'overlap';
  /** Where the previous range ends, or where a turn has led from there. */
  readonly from: bigint;
  readonly before: StemRange;
  readonly after: StemRange;
}

/** A turn, and the ID of the last stem_event before it. */
export type KeptTurn = Turn & { readonly event: bigint };

/** The ranges of one partition, as they were registered. */
export interface PartitionCourse {
  readonly faults: readonly OffsetFault[];
  /** Where reading continued elsewhere. */
  readonly turns: readonly KeptTurn[];
  readonly last: StemRange | undefined;
  /** Where the last range or turn ends; undefined if the topic was replaced after that. */
  readonly end: bigint | undefined;
}

const LAST_EVENT = 2n ** 63n - 1n;

interface PartitionRow {
  groupId: string;
  topic: string;
  partition: bigint;
  next: bigint | null;
  readTo: bigint | null;
}

const PARTITIONS = question<PartitionRow>(
  `SELECT read.group_id AS "groupId", read.topic, read.partition, next_offset AS next,
     CASE WHEN empty_to > next_offset THEN empty_to ELSE next_offset END AS "readTo"
   FROM (SELECT DISTINCT group_id, topic, partition FROM batch_offsets
         UNION SELECT group_id, topic, partition FROM kafka_position) read
   LEFT JOIN kafka_position USING (group_id, topic, partition) ORDER BY 1, 2, 3`,
);

/** How many ranges are read at a time. */
const PAGE = 5_000;

/** In the order of events, and so of registration. */
const RANGES = question<StemRange & { event: bigint }>(
  `SELECT batch_offsets.stem, first_offset AS first, next_offset AS next, stem_event.ID AS event
   FROM stem_event CROSS JOIN batch_offsets
   WHERE stem_event.ID > @after AND stem_event.stage = 'consumer' AND batch_offsets.stem = stem_event.stem
     AND group_id = @groupId AND topic = @topic AND partition = @partition ORDER BY stem_event.ID LIMIT ${PAGE}`,
);
const TURNS = question<Omit<KeptTurn, 'at'> & { at: bigint }>(
  `SELECT before_offset AS before, after_offset AS after, reason, at, event_ID AS event FROM kafka_turn
   WHERE group_id = ? AND topic = ? AND partition = ? ORDER BY ID`,
);

/** Which offsets were read by which stems, and whether each was read once. */
export class OffsetVerification {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async partitions(): Promise<ReadPartition[]> {
    return (await this.#database.all(PARTITIONS)).map(({ groupId, topic, partition, next, readTo }) => ({
      ...{ groupId, topic, partition: Number(partition) },
      ...{ next: next ?? undefined, readTo: readTo ?? undefined },
    }));
  }

  /**
   * Whether the ranges of a partition, in the order in which they were registered, follow each other. If they do not,
   * turns must lead from one to the next. A range that begins at 0 again is the beginning of a topic that was deleted and
   * created again: releases that recorded no turns have left such ranges.
   */
  course(of: GroupPartition): Promise<PartitionCourse> {
    return this.#database.reading(async (ask) => {
      const turns = await this.turns(of, ask);
      const toCome = turns.values();
      let turn = toCome.next().value;
      const faults: OffsetFault[] = [];
      let last: StemRange | undefined;
      let end: bigint | undefined;
      const followTurnsUpTo = (event: bigint) => {
        for (; turn && turn.event < event; turn = toCome.next().value) {
          if (turn.before === end) end = turn.reason === 'replaced' ? undefined : turn.after;
        }
      };
      for await (const { event, ...range } of rangesOf(ask, of)) {
        followTurnsUpTo(event);
        if (last && end !== undefined && range.first !== end && range.first > 0n) {
          faults.push({ kind: range.first > end ? 'gap' : 'overlap', from: end, before: last, after: range });
        }
        last = range;
        end = range.next;
      }
      followTurnsUpTo(LAST_EVENT);
      return { faults, turns, last, end };
    });
  }

  /** The turns of a partition, in order. */
  async turns({ groupId, topic, partition }: GroupPartition, ask: Questions = this.#database): Promise<KeptTurn[]> {
    const rows = await ask.all(TURNS, groupId, topic, partition);
    return rows.map(({ at, ...turn }) => ({ ...turn, at: Number(at) }));
  }
}

async function* rangesOf(ask: Questions, { groupId, topic, partition }: GroupPartition) {
  let page: (StemRange & { event: bigint })[] = [];
  do {
    page = await ask.all(RANGES, { groupId, topic, partition, after: page.at(-1)?.event ?? 0n });
    yield* page;
  } while (page.length === PAGE);
}
