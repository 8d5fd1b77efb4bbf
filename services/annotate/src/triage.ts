import { type Outcome, type Outcomes, type Score, type Sendable, unsendable, validationErrorOf } from '@lvra/ledger';
import { type Annotator, annotationJson, annotationOf, type SendableRow } from './lasair/annotation.js';

/** A score with its annotation, ready to send. */
export interface SendableScore extends Sendable {
  readonly stem: string;
  /** The annotation as JSON. */
  readonly json: string;
  readonly receivedMs: number | undefined;
}

/** The scores of a stem: those to send, and the outcomes of the others. */
export interface TriagedScores {
  readonly sendable: readonly SendableScore[];
  readonly outcomes: Outcomes;
}

/**
 * Decides on each score of a stem: only the newest of an object is sent, only if Lasair can store it, and only
 * from the lowest score up, unless Lasair may hold an older annotation of the object, which would then be stale.
 *
 * @param seen the greatest provenance ID when the scores were read
 */
export async function triageScores(
  { scores, seen }: { readonly scores: readonly Score[]; readonly seen: bigint },
  stem: string,
  vra: Annotator & { readonly lowestScore?: number | undefined; readonly refusedVersion?: string | undefined },
  annotatedAmong: (objects: readonly bigint[]) => Promise<ReadonlySet<bigint>>,
): Promise<TriagedScores> {
  const sendable: SendableScore[] = [];
  const outcomes = new Map<bigint, Outcome>();
  const isLow = ({ score }: Score) => (score as number) < (vra.lowestScore ?? -Infinity);
  const low = scores.filter((score) => !score.isSuperseded && hasObject(score) && isLow(score));
  const annotated = await annotatedAmong(low.map(({ diaObjectId }) => diaObjectId as bigint));
  for (const score of scores) {
    if (score.isSuperseded) {
      outcomes.set(score.id, { outcome: 'superseded' });
      continue;
    }
    const why = unsendable(score, vra.refusedVersion) ?? (hasObject(score) ? undefined : 'the row has no diaObjectId');
    if (why !== undefined) {
      outcomes.set(score.id, { outcome: 'refused', detail: why });
      continue;
    }
    // Topic, explanation and url are the same for all scores and were checked before.
    const annotation = annotationOf(score as SendableRow, stem, vra);
    const { objectId, classification, version, classdict } = annotation;
    const refusal = validationErrorOf({ objectId, classification, version, classdict });
    const diaObjectId = score.diaObjectId as bigint;
    if (refusal !== undefined) outcomes.set(score.id, { outcome: 'refused', detail: refusal });
    else if (isLow(score) && !annotated.has(diaObjectId)) {
      outcomes.set(score.id, { outcome: 'below_lowest' });
    } else {
      const { id, receivedMs } = score;
      sendable.push({ id, diaObjectId, seen, stem, json: annotationJson(annotation), receivedMs });
    }
  }
  return { sendable, outcomes };
}

/** SQLite does not enforce the column's type. */
const hasObject = ({ diaObjectId }: Score) => typeof diaObjectId === 'bigint' && diaObjectId > 0n;
