import type { Outcome } from '@lvra/shared/ledger/annotations';
import type { Sendable } from '@lvra/shared/ledger/annotations-reservations';
import type { Score } from '@lvra/shared/ledger/annotations-scores';
import { type Annotator, annotationJson, annotationOf } from './annotation.js';
import { refusalOf } from './refusal.js';

/** A score with its annotation, ready to go. */
export interface SendableScore extends Sendable {
  /** The annotation as JSON. */
  readonly json: string;
  readonly receivedMs: number | undefined;
}

/** What is to be done with the scores of a stem: some are sent, the others have their outcome already. */
export interface Sifted {
  readonly sendable: readonly SendableScore[];
  readonly outcomes: Map<bigint, Outcome>;
}

/**
 * Decides on each score of a stem: only the newest of an object is sent, only where Lasair can store it, and only
 * from the lowest score up, unless Lasair may hold an older annotation of the object, which would then be stale.
 */
export function sift(
  scores: readonly Score[],
  stem: string,
  vra: Annotator & { readonly lowestScore?: number | undefined; readonly refusedVersion?: string | undefined },
  mayBeAnnotated: (diaObjectId: bigint) => boolean,
): Sifted {
  const sendable: SendableScore[] = [];
  const outcomes = new Map<bigint, Outcome>();
  for (const score of scores) {
    if (score.isSuperseded) {
      outcomes.set(score.id, { outcome: 'superseded' });
      continue;
    }
    if (vra.refusedVersion !== undefined && score.modelVersion === vra.refusedVersion) {
      const detail = `scores of the model version ${vra.refusedVersion} must not stand at Lasair`;
      outcomes.set(score.id, { outcome: 'refused', detail });
      continue;
    }
    const annotation = annotationOf(score, stem, vra);
    if ('refused' in annotation) {
      outcomes.set(score.id, { outcome: 'refused', detail: annotation.refused });
      continue;
    }
    // Topic, explanation and url are the same for all and were checked before the first stem.
    const { objectId, classification, version, classdict } = annotation;
    const refusal = refusalOf({ objectId, classification, version, classdict });
    const diaObjectId = score.diaObjectId as bigint;
    if (refusal !== undefined) outcomes.set(score.id, { outcome: 'refused', detail: refusal });
    else if ((score.score as number) < (vra.lowestScore ?? -Infinity) && !mayBeAnnotated(diaObjectId)) {
      outcomes.set(score.id, { outcome: 'below_lowest' });
    } else {
      sendable.push({ id: score.id, diaObjectId, json: annotationJson(annotation), receivedMs: score.receivedMs });
    }
  }
  return { sendable, outcomes };
}
