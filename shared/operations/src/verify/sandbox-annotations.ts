import { UsageError } from '@lvra/core';

/** An annotation as the sandbox holds it. */
export interface SandboxAnnotation {
  readonly classification: string;
  /** The texts of the class dictionary that name the score. */
  readonly diaSourceId: string;
  readonly provenanceId: string;
  readonly stem: string;
}

/** By "<topic>/<diaObjectId as digits>". */
export type SandboxAnnotations = ReadonlyMap<string, SandboxAnnotation>;

/**
 * Fetches all annotations of a sandbox.
 *
 * @param url of the sandbox, with or without the /api that clients take
 * @throws UsageError if nothing answers there, or something that is no sandbox
 */
export async function fetchSandboxAnnotations(url: string): Promise<SandboxAnnotations> {
  const address = new URL('/annotations.json', url);
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const list = (await response.json()) as Record<'topic' | 'objectId' | 'classification' | 'classdict', string>[];
    return new Map(
      list.map((held) => [`${held.topic}/${held.objectId}`, toSandboxAnnotation(held.classification, held.classdict)]),
    );
  } catch (error) {
    throw new UsageError(
      `${address} is no sandbox that answers: start one with \`lvra sandbox\`, or leave --sandbox out`,
      {
        cause: error,
      },
    );
  }
}

function toSandboxAnnotation(classification: string, classdict: string): SandboxAnnotation {
  const { blame_diaSourceId, provenance_ID, stem } = dictionaryOf(classdict);
  return {
    classification,
    diaSourceId: String(blame_diaSourceId),
    provenanceId: String(provenance_ID),
    stem: String(stem),
  };
}

/** A text that is no dictionary names no score, and so not the expected one. */
function dictionaryOf(classdict: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(classdict);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
