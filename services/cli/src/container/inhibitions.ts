/** An inhibition of Alertmanager: while the cause fires, its effects are not sent. */
export interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  /** Labels that both must have the same. */
  readonly equal: readonly string[];
}

const LATE = ['LvraAlertsWait', 'LvraLatencyBurnsFast', 'LvraLatencyBurnsSlowly'];
const STAGE = ['LvraStageStuck', 'LvraStageNotReady', 'LvraStemWaits'];
const READING = ['LvraNothingConsumed', 'LvraLagGrowing', 'LvraLagUnknown'];

/**
 * Which alert is the cause of which. A cause is always a page: otherwise a page could be
 * held back until the morning by an alert that can wait.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  effects('LvraServiceDown', LATE),
  effects('LvraServiceDown', ['LvraReplicaMissing', 'LvraServiceRestarting'], { equal: ['job'] }),
  effects('LvraServiceRestarting', ['LvraReplicaMissing'], { equal: ['job'] }),
  effects('LvraServiceDown', [...READING, 'LvraConsumerNotReady'], { cause: 'job="consumer"' }),
  ...['feature', 'predict', 'annotate'].map((stage) =>
    effects('LvraServiceDown', STAGE, { cause: `job="${stage}"`, effect: `stage="${stage}"` }),
  ),
  effects('LvraConsumerNotReady', READING),
  effects('LvraDiskNearlyFull', [...READING, 'LvraConsumerNotReady', 'LvraDiskFilling']),
  effects('LvraLedgerUnreadable', [...LATE, ...STAGE]),
  effects('LvraLedgerSlow', [...LATE, ...STAGE]),
  effects('LvraModelNotLoaded', [...LATE, 'LvraNothingScored'], { equal: ['vra'] }),
  effects('LvraModelNotLoaded', STAGE, { effect: 'stage="predict"', equal: ['vra'] }),
  effects('LvraLasairRefuses', LATE),
  effects('LvraLasairRefuses', STAGE, { effect: 'stage="annotate"' }),
  // Features are of no VRA: without them all are late.
  effects('LvraStageNotReady', LATE, { cause: 'stage="feature"' }),
  effects('LvraStageStuck', LATE, { cause: 'stage="feature"' }),
  effects('LvraStageNotReady', LATE, { equal: ['vra'] }),
  effects('LvraStageNotReady', ['LvraStageStuck', 'LvraStemWaits'], { equal: ['stage', 'vra'] }),
  effects('LvraStageStuck', LATE, { equal: ['vra'] }),
  effects('LvraStageStuck', ['LvraStemWaits'], { equal: ['stage', 'vra'] }),
];

interface Which {
  readonly cause?: string;
  readonly effect?: string;
  readonly equal?: readonly string[];
}

function effects(cause: string, alerts: readonly string[], which: Which = {}): Inhibition {
  return {
    source_matchers: [`alertname="${cause}"`, ...(which.cause ? [which.cause] : [])],
    target_matchers: [`alertname=~"${alerts.join('|')}"`, ...(which.effect ? [which.effect] : [])],
    equal: which.equal ?? [],
  };
}
