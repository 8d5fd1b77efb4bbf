import type { Stage } from '@lvra/core';
import type { Ledger } from '../ledger.js';
import { filledObjectId, nextSourceId } from './large-ledger.js';

export const VRA = 'r0b';
const LEASE_MS = 30_000;
/** Other stems whose scores fill up a call. */
const STEMS_AT_A_LOOK = 1_000;
/** Annotations in a call, by default. */
const LIST = 100;
const VERSION = 'a1';
/** The bins of scores of an imported model. */
const EDGES = Array.from({ length: 21 }, (_, bin) => bin / 20);
const FLAGS = { count: [5, 3, 1, 0, 0], first: [0, 0, 1, 0, 0] } as const;
/** One alert in five is of an object that the ledger has never seen. */
const NEW_EVERY = 5;

/** A batch to process: `number` continues from those that the ledger was filled with. */
export interface Batch {
  readonly number: number;
  readonly alerts: number;
  /** How many objects the ledger was filled with. */
  readonly objects: number;
}

/** Runs an operation on the ledger; a benchmark times it. */
export type Perform = <T>(operation: string, operate: () => Promise<T>) => Promise<T>;

/** The calls of the stages to the ledger, with plain data instead of Kafka, files, models and Lasair. */
export class LedgerStages {
  readonly #ledger: Ledger;
  readonly #owner: string;
  readonly #partition: number;
  #nextOffset: bigint | undefined;
  #calls = 0;
  readonly #perform: Perform;
  readonly #list: number;

  /** @param number of the process, if several write to one ledger @param list annotations in a call */
  constructor(ledger: Ledger, number: number, perform: Perform = (_operation, operate) => operate(), list = LIST) {
    this.#ledger = ledger;
    this.#perform = perform;
    this.#list = list;
    this.#owner = `writer ${number}`;
    this.#partition = number;
  }

  /** Takes a batch through all four stages. */
  async run(batch: Batch): Promise<void> {
    const stem = await this.#consume(batch);
    await this.#feature(stem, batch);
    await this.#predict(stem, batch);
    await this.#annotate(stem);
  }

  /** Registers a batch. @returns its stem */
  async #consume(batch: Batch): Promise<string> {
    const { batches, positions } = this.#ledger;
    const stem = await this.#perform('reserve a stem name', () => batches.reserveStem(this.#owner, new Date()));
    const place = { groupId: 'bench', topic: 'bench', partition: this.#partition };
    const first = this.#nextOffset ?? (await positions.position(place))?.next ?? 0n;
    const next = first + BigInt(batch.alerts);
    const range = { topic: place.topic, partition: place.partition, first, next, fingerprint: 'f' };
    const record = {
      ...{ stem, vras: [VRA], source: 'kafka', groupId: place.groupId, quarantined: [], bytes: batch.alerts * 40_000 },
      lengths: new Uint32Array(batch.alerts).fill(40_000),
      diaObjectIds: alertsOf(batch).map(({ diaObjectId }) => diaObjectId),
      receivedMs: new Float64Array(batch.alerts).fill(Date.now()),
      ...{ ranges: [range], now: Date.now(), durationMs: 1 },
    };
    await this.#perform('register a batch', () => batches.register(record));
    this.#nextOffset = next;
    return stem;
  }

  async #feature(stem: string, batch: Batch): Promise<void> {
    const work = await this.#claim('feature', stem);
    const seen = {
      midpointMjdTai: 61_000,
      receivedMs: 1,
      ra: 150.1,
      decl: -30.2,
      psfFlux: 1_234.5,
      band: 'r',
      flags: FLAGS,
    };
    const rows = alertsOf(batch).map((ids) => ({ ...ids, ...seen }));
    await this.#perform('record features', () =>
      this.#ledger.results.recordFeatures(work, stem, rows, [], settlement()),
    );
  }

  async #predict(stem: string, batch: Batch): Promise<void> {
    const work = await this.#claim('predict', stem);
    const rows = alertsOf(batch).map((ids, place) => ({ ...ids, score: place / batch.alerts }));
    const model = { name: VRA, version: VERSION, edges: EDGES };
    await this.#perform('record scores', () =>
      this.#ledger.results.recordScores(work, stem, model, rows, settlement()),
    );
  }

  async #annotate(stem: string): Promise<void> {
    const work = await this.#claim('annotate', stem);
    const { scores: history, reservations } = this.#ledger.annotations;
    const { scores, seen } = await this.#perform('read the scores to annotate', async () => {
      await work.newestPending(Date.now(), LEASE_MS, STEMS_AT_A_LOOK);
      return history.unsettled(VRA, stem);
    });
    const outcomes = new Map(
      scores.filter(({ isSuperseded }) => isSuperseded).map(({ id }) => [id, { outcome: 'superseded' as const }]),
    );
    const sendable = scores.flatMap(({ id, diaObjectId, isSuperseded }) =>
      diaObjectId === null || isSuperseded ? [] : { id, diaObjectId, seen },
    );
    const judged = { callsPerHour: 1_000_000 };
    for (let first = 0; first < sendable.length; first += this.#list) {
      const list = sendable.slice(first, first + this.#list);
      const call = { sender: `${this.#owner}/${++this.#calls}`, now: Date.now(), until: Date.now() + 90_000 };
      const { reserved, superseded, busy } = await this.#perform('reserve annotations', () =>
        reservations.reserve(work, list, call, judged),
      );
      for (const { id } of [...superseded, ...busy.map(({ row }) => row)]) outcomes.set(id, { outcome: 'superseded' });
      await this.#perform('finish annotations', () => reservations.finish(work, reserved, call, 'taken', Date.now()));
    }
    await this.#perform('settle annotating', () =>
      this.#ledger.annotations.settle(work, stem, outcomes, { now: Date.now(), durationMs: 1 }),
    );
  }

  /** The occasional queries of each stage. */
  async lookAround(stage: Stage): Promise<void> {
    const work = this.#ledger.work(stage, VRA);
    await this.#perform('sweep', async () => {
      await work.releaseClaimsOf(() => false);
      await work.pending(Date.now(), LEASE_MS);
    });
    await this.#perform('gauges', () => this.#ledger.flow.waiting(stage, VRA));
  }

  async #claim(stage: Stage, stem: string) {
    const work = this.#ledger.work(stage, VRA);
    const claim = await this.#perform('claim', () => work.claim(stem, this.#owner, Date.now(), LEASE_MS));
    if (claim.kind !== 'claimed') throw new Error(`${stage} cannot have stem ${stem}: ${claim.kind}`);
    return work;
  }
}

function alertsOf({ number, alerts, objects }: Batch): { diaObjectId: bigint; diaSourceId: bigint }[] {
  return Array.from({ length: alerts }, (_, place) => {
    const drawn = (number * alerts + place) * 7_919;
    const object = place % NEW_EVERY === 0 ? objects + number * alerts + place : drawn % objects;
    return { diaObjectId: filledObjectId(object), diaSourceId: nextSourceId(number, place) };
  });
}

const settlement = () => ({ status: 1, now: Date.now(), durationMs: 1 }) as const;
