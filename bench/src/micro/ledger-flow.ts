import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlertView, readAlert } from '@lvra/feature/alert';
import { thresholdFlags } from '@lvra/feature/thresholds';
import { JsonCursor } from '@lvra/shared/json/cursor';
import type { Outcome } from '@lvra/shared/ledger/annotations';
import type { Score } from '@lvra/shared/ledger/annotations-scores';
import { Ledger } from '@lvra/shared/ledger/ledger';
import type { FeatureRecord } from '@lvra/shared/ledger/results';
import type { Input } from './inputs.js';

const VRA = 'r0b';
const OWNER = 'bench/1';
const MODEL = { name: VRA, version: 'bench' } as const;
const VERSIONS = { version: MODEL.version };
const LEASE_MS = 30_000;
const CALLS_PER_HOUR = 1_000_000_000;
const SUPERSEDED = { outcome: 'superseded' } as const;
const FIRST_SECOND = Date.UTC(2026, 3, 22);

/** A ledger of its own, and one stem after the other through what the stages ask of it. */
export class LedgerFlow {
  /** The steps of a stem, in their order. */
  static readonly STEPS = ['register', 'claim', 'recordFeatures', 'recordScores', 'read', 'send', 'settle'] as const;

  readonly #folder = mkdtempSync(join(tmpdir(), 'lvra-micro-'));
  readonly #ledger = Ledger.open(join(this.#folder, 'log.db'), [VRA], { create: true });
  readonly #work = {
    feature: this.#ledger.work('feature', VRA),
    predict: this.#ledger.work('predict', VRA),
    annotate: this.#ledger.work('annotate', VRA),
  };
  readonly #template: readonly FeatureRecord[];
  readonly #bytes: number;
  #batches = 0;
  #stem = '';
  #records: FeatureRecord[] = [];
  #outcomes: ReadonlyMap<bigint, Outcome> = new Map();
  #toSend: { id: bigint; diaObjectId: bigint; seen: bigint }[] = [];

  constructor({ alerts, bytes }: Input) {
    this.#template = alerts.map(recordOf).filter((record) => record !== undefined);
    this.#bytes = bytes * alerts.length;
  }

  get alerts(): number {
    return this.#template.length;
  }

  /** A batch of objects and sources that the ledger has not seen. */
  begin(): void {
    const shift = BigInt(++this.#batches) * 1_000_000_000n;
    this.#records = this.#template.map((record) => ({
      ...record,
      diaObjectId: record.diaObjectId + shift,
      diaSourceId: record.diaSourceId + shift,
    }));
  }

  register(): void {
    const { batches } = this.#ledger;
    const now = FIRST_SECOND + this.#batches * 1_000;
    this.#stem = batches.reserveStem(OWNER, new Date(now));
    batches.register({
      stem: this.#stem,
      vras: [VRA],
      source: 'kafka',
      diaObjectIds: this.#records.map(({ diaObjectId }) => diaObjectId),
      bytes: this.#bytes,
      receivedMs: new Float64Array(this.#records.length).fill(now),
      groupId: 'bench',
      ranges: [0, 1, 2, 3].map((partition) => ({ ...this.#range(partition), fingerprint: 'bench' })),
      quarantined: [],
      now,
    });
  }

  #range(partition: number) {
    const next = BigInt(this.#batches);
    return { topic: 'bench', partition, first: next - 1n, next };
  }

  claim(): void {
    const claim = this.#work.feature.claim(this.#stem, OWNER, Date.now(), LEASE_MS);
    if (claim.kind !== 'claimed') throw this.#unlike(`the claim is ${claim.kind}`);
  }

  recordFeatures(): void {
    const { results } = this.#ledger;
    if (!results.recordFeatures(this.#work.feature, this.#stem, this.#records, [], settlement())) {
      throw this.#unlike('its features were there before');
    }
  }

  recordScores(): void {
    const rows = this.#records.map(({ diaObjectId, diaSourceId }, i) => ({
      diaObjectId,
      diaSourceId,
      score: 1 / (i + 2),
    }));
    if (!this.#ledger.results.recordScores(this.#work.predict, this.#stem, MODEL, rows, settlement())) {
      throw this.#unlike('its scores were there before');
    }
  }

  read(): readonly Score[] {
    const { scores, seen } = this.#ledger.annotations.scores.unsettled(VRA, this.#stem, VERSIONS);
    const newest = scores.filter(({ isSuperseded }) => !isSuperseded);
    this.#outcomes = new Map(scores.filter(({ isSuperseded }) => isSuperseded).map(({ id }) => [id, SUPERSEDED]));
    this.#toSend = newest.map(({ id, diaObjectId }) => ({ id, diaObjectId: diaObjectId as bigint, seen }));
    return scores;
  }

  /** Reserve and finish of one list call, which Lasair takes. */
  send(): void {
    const { reservations } = this.#ledger.annotations;
    const rows = this.#toSend;
    const now = Date.now();
    const call = { sender: `${OWNER}/${this.#batches}`, now, until: now + LEASE_MS };
    const terms = { versions: VERSIONS, callsPerHour: CALLS_PER_HOUR };
    const { reserved } = reservations.reserve(this.#work.annotate, rows, call, terms);
    const { accepted } = reservations.finish(this.#work.annotate, reserved, call, 'taken', now);
    if (accepted.length !== rows.length) throw this.#unlike(`${accepted.length} of ${rows.length} scores were taken`);
  }

  settle(): void {
    const settled = { ...settlement(), versions: VERSIONS };
    const { kind } = this.#ledger.annotations.settle(this.#work.annotate, this.#stem, this.#outcomes, settled);
    if (kind !== 'settled') throw this.#unlike(`settling it ended with ${kind}`);
  }

  /** What did nothing would be measured as very quick. */
  #unlike(what: string): Error {
    return new Error(`the flow of a fresh stem is broken: of ${this.#stem}, ${what}`);
  }

  close(): void {
    this.#ledger.close();
    rmSync(this.#folder, { recursive: true });
  }
}

const settlement = () => ({ status: 1, now: Date.now(), durationMs: 1 }) as const;

const cursor = new JsonCursor();

function recordOf(bytes: Buffer): FeatureRecord | undefined {
  const view = new AlertView();
  readAlert(cursor.reset(bytes), bytes, view);
  if (!view.hasAlert) return undefined;
  const { diaObjectId, diaSourceId, fluxes, times } = view;
  const midpointMjdTai = times[view.latest] as number;
  const flags = thresholdFlags(fluxes, times, midpointMjdTai);
  return { diaObjectId, diaSourceId, midpointMjdTai, receivedMs: FIRST_SECOND, flags };
}
