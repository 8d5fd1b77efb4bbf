import { statSync } from 'node:fs';
import { LiveVra, type Settings, stagesOf } from '@lvra/config';
import { nightBegan } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import type { ServiceMetrics } from '@lvra/telemetry';

/** Several may ask at once: two Prometheus servers, or an operator. */
const ASK_EVERY_MS = 2_000;
const HOUR_MS = 3_600_000;

/** Updates the gauges that are read from the ledger, for all stages and VRAs, not only those of this process. */
export class LedgerGauges {
  readonly #ledger: Ledger;
  readonly #metrics: ServiceMetrics;
  readonly #settings: Settings;
  readonly #vras: readonly LiveVra[];
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ledger: Ledger, metrics: ServiceMetrics, settings: Settings) {
    this.#ledger = ledger;
    this.#metrics = metrics;
    this.#settings = settings;
    this.#vras = settings.vras.map((vra) => new LiveVra(vra, settings.profile));
  }

  /** @throws what the ledger throws; the gauges then have no values */
  refresh(): void {
    if (performance.now() - this.#askedAt < ASK_EVERY_MS) return;
    try {
      // One snapshot.
      this.#ledger.database.transaction(() => this.#ask(Date.now()))();
      this.#metrics.ledgerUp.set(1);
      this.#askedAt = performance.now();
    } catch (error) {
      this.#metrics.forgetLedger();
      this.#metrics.ledgerUp.set(0);
      throw error;
    }
  }

  #ask(now: number): void {
    const { flow, backfill, positions, database } = this.#ledger;
    const metrics = this.#metrics;
    for (const [stage, vra] of stagesOf(this.#settings)) {
      const { stems, oldest, dead } = flow.waiting(stage, vra);
      metrics.pending.set({ stage, vra }, stems);
      metrics.oldestPending.set({ stage, vra }, secondsSince(oldest, now));
      metrics.dead.set({ stage, vra }, dead);
      metrics.backfill.set({ stage, vra }, backfill.left(stage, vra));
    }
    for (const vra of this.#vras) this.#askOfVra(vra, now);
    metrics.alertsTonight.set(flow.alertsSince(nightBegan(now)));
    const last = flow.lastRegistered();
    if (last !== undefined) metrics.lastAlert.set(last / 1_000);
    metrics.kafkaLag.reset();
    metrics.kafkaLagAge.reset();
    for (const { topic, partition, messages, at } of positions.seen.lags()) {
      metrics.kafkaLag.set({ topic, partition }, messages);
      metrics.kafkaLagAge.set({ topic, partition }, secondsSince(at, now));
    }
    metrics.ledgerWalBytes.set(statSync(`${database.name}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  }

  #askOfVra(live: LiveVra, now: number): void {
    const { flow, annotations } = this.#ledger;
    const metrics = this.#metrics;
    const { modelName: vra, annotate } = live.read();
    const waiting = annotate ? flow.unannotated(vra, now) : { oldest: undefined, late: 0 };
    const done = flow.annotatedSince(vra, now - HOUR_MS);
    metrics.oldestUnannotated.set({ vra }, secondsSince(waiting.oldest, now));
    metrics.lateAlerts.set({ vra }, waiting.late + done.late);
    metrics.dueAlerts.set({ vra }, waiting.late + done.alerts);
    metrics.annotatedTonight.set({ vra }, flow.annotatedSince(vra, nightBegan(now)).alerts);
    const { left } = annotations.calls.state(now, this.#settings.annotateCallsPerHour);
    metrics.callsLeft.set({ vra }, left);
  }
}

function secondsSince(at: number | undefined, now: number): number {
  return at === undefined ? 0 : Math.max(now - at, 0) / 1_000;
}
