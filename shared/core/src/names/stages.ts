/** The three stages that work on stems, in the order of the flow. The consumer makes the stems. */
export const STAGES = ['feature', 'predict', 'annotate'] as const;

export type Stage = (typeof STAGES)[number];

/** The stage whose result a stage reads; the feature stage reads the consumer's batch file. */
export const UPSTREAM: Record<Stage, Stage | undefined> = {
  feature: undefined,
  predict: 'feature',
  annotate: 'predict',
};

/** The stage that reads a stage's result. */
export const DOWNSTREAM: Record<Stage, Stage | undefined> = {
  feature: 'predict',
  predict: 'annotate',
  annotate: undefined,
};
