import { type Score, THRESHOLD_FLAGS } from '@lvra/shared/ledger/annotations-scores';
import { plainDecimal } from './decimal.js';
import { withHistory } from './history.js';

/** What is the same in every annotation of a VRA. */
export interface Annotator {
  /** Lasair's name of the annotator, for example `r0b_lvra`. */
  readonly topic: string;
  readonly explanation: string;
  readonly url: string;
}

/** The seven fields of Lasair's annotate call. */
export interface Annotation {
  /** The diaObjectId as decimal digits: 18 of them, more than a double holds. */
  readonly objectId: string;
  readonly topic: string;
  /** The score as a plain decimal. */
  readonly classification: string;
  /** Of the model that gave the score. */
  readonly version: string;
  readonly explanation: string;
  /** JSON text. */
  readonly classdict: string;
  readonly url: string;
}

/** The annotation of a score, or why there can be none. */
export function annotationOf(score: Score, stem: string, annotator: Annotator): Annotation | { refused: string } {
  if (score.diaObjectId === null || score.diaObjectId <= 0n) return { refused: 'the row has no diaObjectId' };
  if (score.diaSourceId === null) return { refused: 'the row has no diaSourceId' };
  if (score.modelVersion === null) return { refused: 'the row has no model_version' };
  if (score.score === null || !Number.isFinite(score.score)) return { refused: 'the score is not a finite number' };
  return {
    objectId: score.diaObjectId.toString(),
    topic: annotator.topic,
    classification: plainDecimal(score.score),
    version: score.modelVersion,
    explanation: annotator.explanation,
    classdict: withHistory(
      classdictOf(score.id, score.diaSourceId, score.flags, score.modelVersion, stem),
      score.history,
    ),
    url: annotator.url,
  };
}

/**
 * The classdict with the keys, their order, the types and the spacing of the Python annotator: ids, version and
 * stem are strings, flags are integers, or null where the stem has no flags of the source.
 * Source: LVRA `r0b_annotator.py`, which Lasair's users have written queries for.
 */
function classdictOf(
  provenanceId: bigint,
  diaSourceId: bigint,
  flags: Score['flags'],
  modelVersion: string,
  stem: string,
): string {
  let text = `{"blame_diaSourceId": "${diaSourceId}"`;
  THRESHOLD_FLAGS.forEach((name, index) => {
    const flag = flags?.[index];
    text += `, "${name}": ${Number.isInteger(flag) ? flag : 'null'}`;
  });
  return `${text}, "model_version": ${JSON.stringify(modelVersion)}, "provenance_ID": "${provenanceId}", "stem": ${JSON.stringify(stem)}}`;
}

/** An annotation as JSON; the objectId is a bare number, written digit by digit. */
export function annotationJson(annotation: Annotation): string {
  const { objectId, ...texts } = annotation;
  return `{"objectId":${objectId},${JSON.stringify(texts).slice(1)}`;
}
