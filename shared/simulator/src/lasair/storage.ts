import type { Annotation } from './fields.js';

/** An annotation in Lasair's database. */
export interface StoredAnnotation extends Annotation {
  /** Changes whenever the annotation is replaced. */
  readonly annotationID: number;
  /** When it was stored, in milliseconds of the sandbox's clock. */
  readonly timestamp: number;
}

/** An annotation that was accepted and never stored. */
export interface LostAnnotation extends Annotation {
  readonly timestamp: number;
  /** Why the storing statement would have failed. */
  readonly reason: string;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Stores accepted annotations: the newest of each object and topic is kept. Those whose text breaks Lasair's storing
 * statement, which is built from strings, or that its database, assumed to be latin1, cannot hold, are lost silently.
 */
export class AnnotationStore {
  readonly #annotations = new Map<string, StoredAnnotation>();
  readonly #lost: LostAnnotation[] = [];
  #lastId = 0;

  /** By "<topic>/<objectId as digits>", the least recently replaced first. */
  get annotations(): ReadonlyMap<string, StoredAnnotation> {
    return this.#annotations;
  }

  get lost(): readonly LostAnnotation[] {
    return this.#lost;
  }

  /** Stores an accepted annotation, replacing the object's last one on the topic; false if it is lost. */
  take(annotation: Annotation, timestamp: number): boolean {
    const reason = whyLost(annotation);
    if (reason !== undefined) {
      this.#lost.push({ ...annotation, timestamp, reason });
      return false;
    }
    const key = `${annotation.topic}/${annotation.objectId}`;
    this.#annotations.delete(key);
    this.#annotations.set(key, { annotationID: ++this.#lastId, ...annotation, timestamp });
    return true;
  }
}

function whyLost(annotation: Annotation): string | undefined {
  for (const [name, text] of Object.entries(annotation)) {
    if (text.includes("'")) return `${name} holds a single quote`;
    if (text.includes('\\')) return `${name} holds a backslash`;
    if (/[^\0-\xff]/.test(text)) return `${name} holds a character beyond latin1`;
  }
  const id = BigInt(annotation.objectId);
  if (id < INT64_MIN || id > INT64_MAX) return 'objectId does not fit 64 bits';
  if (!isJson(annotation.classdict)) return 'classdict is not JSON';
  return undefined;
}

/** As the database's JSON column checks: strict, so NaN is not JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
