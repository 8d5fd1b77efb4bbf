import type { Secret } from '@lvra/config';
import { RetryLater, STATUS, StageMisconfigured, StemFailed } from '@lvra/core';
import {
  type AnnotationOutcome,
  type AnnotationScores,
  type Ledger,
  NOT_ANNOTATED,
  type Outcomes,
  type Settlement,
  validationErrorOf,
  type WorkQueue,
} from '@lvra/ledger';
import type { StageReport, StageTask, StemContext } from '@lvra/runtime';
import type { Logger, Metrics } from '@lvra/telemetry';
import { writeDryRun } from './dry-run.js';
import { LasairClient } from './lasair/client.js';
import { Fillers } from './send/fillers.js';
import { AnnotationSender } from './send/sender.js';
import { type TriagedScores, triageScores } from './triage.js';

/** The settings that may change while the stage runs. */
export interface LiveVraSettings {
  /** Of the configured model. */
  readonly version: string;
  /** Scores below this are not annotated. */
  readonly lowestScore?: number | undefined;
  /** If false, no score is sent, not even those that already wait. */
  readonly annotate: boolean;
}

export interface AnnotateOptions {
  readonly ledger: Ledger;
  readonly work: WorkQueue;
  readonly vra: {
    readonly name: string;
    /** The annotator at Lasair. */
    readonly topic: string;
    readonly explanation: string;
    readonly url: string;
    /** How many of the object's last scores an annotation carries; none by default. */
    readonly history?: number | undefined;
    /** Scores of this model version are never annotated, whatever version is configured now. */
    readonly refusedVersion?: string | undefined;
  };
  /** Asked before each stem. */
  readonly live: () => LiveVraSettings;
  readonly lasair: {
    /** Of the API, for example `https://api.lasair.lsst.ac.uk/api`. */
    readonly endpoint: string | undefined;
    readonly token: Secret | undefined;
    /** The environment variable to set if there is no token. */
    readonly tokenVariable: string;
  };
  /** Set for a dry run: where to write the calls of a stem instead of making them. */
  readonly dryRun: { path(stem: string): string } | undefined;
  readonly limits: {
    /** Annotations in a call. */
    readonly listSize: { readonly first: number; readonly smallest: number; readonly largest: number };
    /** Of all VRAs and replicas together; half of what Lasair states, as it counts every call twice. */
    readonly callsPerHour: number;
    /** After a longer call the next list is shorter. */
    readonly slowMs: number;
    readonly timeoutMs: number;
  };
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Names this process in the ledger; unique among running processes. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Of [0, 1), for the waiting times. */
  readonly random?: () => number;
}

/** A lease that ends later than this was taken before the clock was set back, and is ignored. */
const LEASE_MS = 30_000;

/** How often to check for stems that the Python pipeline annotated in part. */
const PARTIAL_CHECK_MS = 3_600_000;

/**
 * The annotate stage: the scores of a stem to Lasair, or to a file in a dry run.
 *
 * For a stem of a backfill all scores are considered, also accepted ones: the newest of each object is sent again, with
 * the current settings.
 */
export function createAnnotateTask(options: AnnotateOptions): StageTask {
  return new AnnotateStage(options);
}

class AnnotateStage implements StageTask {
  readonly stage = 'annotate';
  readonly vra: string;
  readonly #options: AnnotateOptions;
  readonly #now: () => number;
  #lasair: { client: LasairClient; sender: AnnotationSender } | undefined;
  /** See `Fillers`. */
  readonly #avoided = new Map<string, number>();
  /** On the clock of `performance.now()`. */
  #nextPartialCheck = Number.NEGATIVE_INFINITY;

  constructor(options: AnnotateOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.vra = options.vra.name;
  }

  async prepare(): Promise<void> {
    const { dryRun, live } = this.#options;
    const { annotate, version } = live();
    if (!annotate) return;
    this.#checkTexts(version);
    if (!dryRun) this.#connected();
    await this.#reopenPartialPythonStems();
  }

  async perform(stem: string, { signal, elapsed, isBackfilled }: StemContext): Promise<StageReport | undefined> {
    const { ledger, work } = this.#options;
    const vra = { ...this.#options.vra, ...this.#options.live() };
    if (!vra.annotate) {
      await work.excludeStem(stem, this.#now(), NOT_ANNOTATED);
      return undefined;
    }
    if (!this.#options.dryRun) await this.#connected().sender.recordEnded();
    const { scores: history } = ledger.annotations;
    const read = async (of: string) => this.#triage(of, await history.unsettled(vra.name, of, vra), vra);
    const own = isBackfilled
      ? await this.#triage(stem, await history.ofStem(vra.name, stem, vra), vra)
      : await read(stem);
    const scores = isBackfilled ? own.sendable.map((score) => ({ ...score, isBackfilled })) : own.sendable;
    const pending = (most: number) => work.newestPending(this.#now(), LEASE_MS, most);
    const fillers = new Fillers({ stem, pending, read, avoided: this.#avoided });
    const sent = this.#options.dryRun
      ? await this.#writeDryRun(stem, scores)
      : await this.#connected().sender.send({ stem, scores, fillers }, signal);
    const known = [own, ...fillers.taken.values(), { outcomes: sent }];
    const outcomes = new Map(known.flatMap((of) => [...of.outcomes]));
    const how = { now: this.#now(), durationMs: elapsed() };
    const settled = await ledger.annotations.settle(work, stem, outcomes, how);
    switch (settled.kind) {
      case 'settled': {
        this.#count(settled.recorded);
        const along = await this.#settleAlong([...fillers.taken.keys()], outcomes, how);
        return { status: settled.status, rows: settled.rows, ...(along.size > 0 && { along }) };
      }
      case 'done-before':
        return undefined;
      case 'unfinished':
        throw new RetryLater(1_000, `${settled.left} scores of the stem arrived, or have to be sent again, meanwhile`);
      case 'all-rejected': {
        const why = [...sent.values()].find(({ outcome }) => outcome === 'rejected')?.detail;
        throw new StemFailed(STATUS.lasairRefused, `Lasair refused every annotation of the stem: ${why}`);
      }
    }
  }

  /** Settles the stems that filled up the calls, if each of their scores has an outcome; the others are taken later. */
  async #settleAlong(
    stems: readonly string[],
    outcomes: Outcomes,
    how: Settlement,
  ): Promise<ReadonlyMap<string, StageReport>> {
    const { ledger, work } = this.#options;
    const reports = new Map<string, StageReport>();
    if (stems.length === 0) return reports;
    for (const [stem, settled] of await ledger.annotations.settleAll(work, stems, outcomes, how)) {
      if (settled.kind !== 'settled') continue;
      this.#count(settled.recorded);
      reports.set(stem, { status: settled.status, rows: settled.rows });
    }
    return reports;
  }

  #count(outcomes: readonly AnnotationOutcome[]): void {
    for (const outcome of outcomes) this.#options.metrics.annotations.inc({ vra: this.vra, outcome });
  }

  #triage(
    stem: string,
    read: Awaited<ReturnType<AnnotationScores['ofStem']>>,
    vra: Parameters<typeof triageScores>[2],
  ): Promise<TriagedScores> {
    const { scores } = this.#options.ledger.annotations;
    return triageScores(read, stem, vra, (objects) => scores.annotatedAmong(this.vra, objects));
  }

  async close(): Promise<void> {
    this.#lasair?.client.close();
    this.#lasair = undefined;
  }

  async #writeDryRun(stem: string, sendable: TriagedScores['sendable']): Promise<Outcomes> {
    const { dryRun, lasair, limits } = this.#options;
    const texts = sendable.map(({ json }) => json);
    await writeDryRun(dryRun!.path(stem), lasair.endpoint ?? '', texts, limits.listSize.first);
    return new Map(sendable.map(({ id }) => [id, { outcome: 'dry_run' }]));
  }

  /** The sweep counts a status of -1 as done; from the Python pipeline it means that rows are unsent. */
  async #reopenPartialPythonStems(): Promise<void> {
    if (performance.now() < this.#nextPartialCheck) return;
    const { ledger, work, log, vra } = this.#options;
    const stems = await ledger.annotations.reopenPartialPythonStems(work);
    this.#nextPartialCheck = performance.now() + PARTIAL_CHECK_MS;
    if (stems.length === 0) return;
    log.info(
      { vra: vra.name, stems: stems.length, first: stems[0] },
      `the Python pipeline annotated ${stems.length} stems in part (status -1); their newest scores are sent again`,
    );
  }

  #checkTexts(version: string): void {
    const { topic, explanation, url, name } = this.#options.vra;
    const refusal = validationErrorOf({ topic, explanation, url, version });
    if (refusal === undefined) return;
    throw new StageMisconfigured(undefined, `${refusal}: change the settings of the VRA ${name}`);
  }

  #connected(): { client: LasairClient; sender: AnnotationSender } {
    this.#lasair ??= this.#connect();
    return this.#lasair;
  }

  #connect(): { client: LasairClient; sender: AnnotationSender } {
    const { vra, lasair, limits, metrics, ledger, work, owner, log, random } = this.#options;
    const { endpoint, token, tokenVariable } = lasair;
    if (token === undefined) {
      throw new StageMisconfigured(
        STATUS.noLasairClient,
        `there is no token for Lasair: set ${tokenVariable}, or choose the dry run; the stems stay pending`,
      );
    }
    if (endpoint === undefined || !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
      throw new StageMisconfigured(
        STATUS.noLasairClient,
        `${endpoint ?? 'nothing'} is set as the endpoint of Lasair: set the address of its API`,
      );
    }
    const now = this.#now;
    const client = new LasairClient({ endpoint, token, metrics, now });
    const sender = new AnnotationSender({
      ledger,
      work,
      receiver: client,
      topic: vra.topic,
      refusedVersion: vra.refusedVersion,
      endpoint,
      tokenFrom: token.from,
      limits: { ...limits.listSize, ...limits },
      owner,
      metrics,
      log,
      now,
      random: random ?? Math.random,
    });
    return { client, sender };
  }
}
