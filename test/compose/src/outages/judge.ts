import type { Look } from './watch.js';

/** Which alerts an outage must raise within ten minutes, and which may also fire until a while after it. */
export interface Outage {
  /** Its name in docker-compose.yml. */
  readonly service: string;
  readonly must: readonly string[];
  readonly may: readonly string[];
}

const LATE = ['LvraAlertsWait', 'LvraLatencyBurnsFast', 'LvraLatencyBurnsSlowly'];

const ofStage = (stage: string): Outage => ({
  service: stage,
  must: [`LvraServiceDown ${stage}`, 'LvraLatencyBurnsFast'],
  may: [...LATE, `LvraReplicaMissing ${stage}`, `LvraStageStuck ${stage}`],
});

export const OUTAGES: Readonly<Record<string, Outage>> = {
  consumer: {
    service: 'consumer',
    must: ['LvraServiceDown consumer'],
    may: [...LATE, 'LvraReplicaMissing consumer', 'LvraLagUnknown', 'LvraLagGrowing'],
  },
  feature: ofStage('feature'),
  predict: ofStage('predict'),
  annotate: ofStage('annotate'),
  nats: {
    service: 'nats',
    must: ['consumer', 'feature', 'predict', 'annotate'].map((job) => `LvraBusDown ${job}`),
    may: [],
  },
  kafka: { service: 'kafka', must: ['LvraLagUnknown'], may: [...LATE, 'LvraConsumerNotReady', 'LvraLagGrowing'] },
  lasair: {
    service: 'sandbox',
    must: ['LvraLatencyBurnsFast'],
    may: [...LATE, 'LvraStageNotReady annotate', 'LvraStageStuck annotate'],
  },
};

/** A scrape is up to 15 s old, and the truth is asked some seconds after it. */
const OLD_SECONDS = 30;
/** A batch lasts 2.4 s. */
const STEMS_MEANWHILE = OLD_SECONDS / 2.4;

/**
 * What was shown but not true.
 *
 * @param rate alerts a second
 * @param minutes that the outage lasted
 */
export function misreports(looks: readonly Look[], { must, may }: Outage, rate: number, minutes: number): string[] {
  const found: string[] = [];
  for (const { minute, truth, claims, firing } of looks) {
    // The backlog is processed in seconds, hundreds of times as fast as it came: an earlier scrape says nothing about now.
    const isComingBack = minute >= minutes && minute < minutes + 1.5;
    const when = `minute ${minute.toFixed(1)}`;
    const near = (name: string, is: number | null, slack: number) => {
      const claimed = claims[name] ?? null;
      if (isComingBack || is === null || (claimed !== null && Math.abs(claimed - is) <= slack)) return;
      found.push(`${when}: ${name} was shown as ${claimed}, and was ${is}`);
    };
    for (const [stage, stems] of Object.entries(truth.pending)) near(`pending ${stage}`, stems, STEMS_MEANWHILE);
    near('alerts tonight', truth.alertsTonight, rate * OLD_SECONDS);
    near('annotated tonight', truth.annotatedTonight, rate * OLD_SECONDS);
    near('since the last alert', truth.sinceLastAlert, OLD_SECONDS);
    near('oldest unannotated', truth.oldestUnannotated, OLD_SECONDS);
    // Known to a minute: within that of a beginning outage it is as old as it may be.
    if (claims.lag !== null) near('lag', truth.lag, rate * 2 * OLD_SECONDS);
    const wrong = firing.filter((name) => ![...must, ...may].includes(name));
    for (const name of wrong) found.push(`${when}: ${name} fired`);
    if (minute < 0 && firing.length > 0) found.push(`${when}: ${firing.join(', ')} fired before the outage`);
  }
  const during = new Set(looks.filter(({ minute }) => minute > 0).flatMap(({ firing }) => firing));
  for (const name of must) if (!during.has(name)) found.push(`${name} did not fire`);
  const last = looks.at(-1);
  const still = (last?.firing ?? []).filter((name) => !LATE.includes(name));
  if (still.length > 0) found.push(`${still.join(', ')} still fired at the end`);
  return found;
}
