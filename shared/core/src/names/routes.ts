import type { Stage } from './stages.js';
import { subjects } from './subjects.js';

/** The subjects on which a stage of a VRA receives stems and announces them as done. */
export interface Route {
  /** The subject filter of its durable consumer. */
  readonly filter: string;
  /** The durable consumer's name: one for all replicas of the stage, so that they share the work. */
  readonly durable: string;
  /** The subject on which a stem is announced to this stage. */
  input(stem: string): string;
  /** The subject on which this stage announces a stem as done. */
  output(stem: string): string;
}

export function routeOf(stage: Stage, vra: string): Route {
  const durable = `${stage}-${vra}`;
  switch (stage) {
    case 'feature':
      return {
        filter: 'lvra.alerts.*',
        durable,
        input: subjects.alerts,
        output: (stem) => subjects.features(vra, stem),
      };
    case 'predict':
      return {
        filter: `lvra.features.${vra}.*`,
        durable,
        input: (stem) => subjects.features(vra, stem),
        output: (stem) => subjects.scores(vra, stem),
      };
    case 'annotate':
      return {
        filter: `lvra.scores.${vra}.*`,
        durable,
        input: (stem) => subjects.scores(vra, stem),
        output: (stem) => subjects.annotated(vra, stem),
      };
  }
}
