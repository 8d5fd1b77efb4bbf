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
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(ledger: Ledger, metrics: ServiceMetrics, settings: Settings) {
    this.#ledger = ledger;
    this.#metrics = metrics;
    this.#settings = settings;
    this.#vras = settings.vras.map((vra) => new LiveVra(vra, settings.profile));
  }

  /** @throws what the ledger throws; the gauges then have no values */
  refresh(): Promise<void> {
    this.#asking ??= this.#refresh().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #refresh(): Promise<void> {
    if (performance.now() - this.#askedAt < ASK_EVERY_MS) return;
    try {
      await this.#ask(Date.now());
      this.#metrics.ledgerUp.set(1);
      this.#askedAt = performance.now();
    } catch (error) {
      this.#metrics.forgetLedger();
      this.#metrics.ledgerUp.set(0);
      throw error;
    }
  }

  async #ask(now: number): Promise<void> {
    const { flow, backfill, positions } = this.#ledger;
    const metrics = this.#metrics;
    for (const [stage, vra] of stagesOf(this.#settings)) {
      const { stems, oldest, dead } = await flow.waiting(stage, vra);
      metrics.pending.set({ stage, vra }, stems);
      metrics.oldestPending.set({ stage, vra }, secondsSince(oldest, now));
      metrics.dead.set({ stage, vra }, dead);
      metrics.backfill.set({ stage, vra }, await backfill.left(stage, vra));
    }
    for (const vra of this.#vras) await this.#askOfVra(vra, now);
    metrics.alertsTonight.set(await flow.alertsSince(nightBegan(now)));
    const last = await flow.lastRegistered();
    if (last !== undefined) metrics.lastAlert.set(last / 1_000);
    const lags = await positions.seen.lags();
    metrics.kafkaLag.reset();
    metrics.kafkaLagAge.reset();
    for (const { topic, partition, messages, at } of lags) {
      metrics.kafkaLag.set({ topic, partition }, messages);
      metrics.kafkaLagAge.set({ topic, partition }, secondsSince(at, now));
    }
    metrics.ledgerWalBytes.set(await this.#ledger.logBytes());
    metrics.clockOffset.set((await this.#ledger.clockOffsetMs()) / 1_000);
  }

  async #askOfVra(live: LiveVra, now: number): Promise<void> {
    const { flow, annotations } = this.#ledger;
    const metrics = this.#metrics;
    const { modelName: vra, annotate } = live.read();
    const { waiting, taken } = await flow.annotating(vra, now, now - HOUR_MS);
    const late = annotate ? waiting.late : 0;
    metrics.oldestUnannotated.set({ vra }, annotate ? secondsSince(waiting.oldest, now) : 0);
    metrics.lateAlerts.set({ vra }, late + taken.late);
    metrics.dueAlerts.set({ vra }, late + taken.alerts);
    const tonight = await flow.annotatedSince(vra, nightBegan(now));
    metrics.annotatedTonight.set({ vra }, tonight.alerts);
    const { left } = await annotations.calls.state(now, this.#settings.annotateCallsPerHour);
    metrics.callsLeft.set({ vra }, left);
  }
}

function secondsSince(at: number | undefined, now: number): number {
  return at === undefined ? 0 : Math.max(now - at, 0) / 1_000;
}
