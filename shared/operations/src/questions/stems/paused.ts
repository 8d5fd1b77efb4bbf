/** A stage that waits, in every replica. */
export interface PausedStage {
  readonly stage: string;
  readonly vra: string;
  /** ISO 8601 in UTC. */
  readonly pausedUntil: string;
  readonly pausedBecause: string;
}

/** What `lvra status` and the console say of it. */
export function pausedInWords({ stage, vra, pausedUntil, pausedBecause }: PausedStage): {
  readonly what: string;
  readonly todo: string;
} {
  const until = pausedUntil.slice(0, 19).replace('T', ' ');
  return {
    what: `${stage} ${vra} waits until ${until} UTC: ${pausedBecause}`,
    todo: `Sooner, once that is fixed: lvra retry --failed --stage ${stage}`,
  };
}
