import { type Annotation, classificationOf, type Score, THRESHOLD_FLAGS } from '@lvra/ledger';
import { withHistory } from './classdict-history.js';

/** The fields that are the same in every annotation of a VRA. */
export interface Annotator {
  /** Lasair's name of the annotator, for example `r0b_lvra`. */
  readonly topic: string;
  readonly explanation: string;
  readonly url: string;
}

/** A score that has all that an annotation needs; `unsendable` tells. */
export type SendableRow = Score & {
  readonly diaObjectId: bigint;
  readonly diaSourceId: bigint;
  readonly score: number;
  readonly modelVersion: string;
};

/** The annotation of a score. */
export function annotationOf(score: SendableRow, stem: string, annotator: Annotator): Annotation {
  return {
    objectId: score.diaObjectId.toString(),
    topic: annotator.topic,
    classification: classificationOf(score.score),
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
 * stem are strings, flags are integers, or null if the stem has no flags of the source.
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
