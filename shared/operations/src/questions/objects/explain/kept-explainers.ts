import { readFile, stat } from 'node:fs/promises';
import { fileVersionOf } from '@lvra/config';
import { CannotExplain, type Explainer, explainerOf, type Manifest, type ModelFile } from '@lvra/model';
import type { ExplainedScore } from './explained-score.js';

/** Explanations of a model that are kept: pages are asked for again after every commit. */
const MOST_KEPT = 50;

/** A model that was read for explanations. */
interface Kept {
  /** Of the .onnx file when it was read; undefined if it had just been written. */
  readonly stamp: string | undefined;
  readonly explainer: Explainer | CannotExplain;
  /** By what was explained. */
  readonly explained: Map<string, ExplainedScore>;
}

/** By their manifests, which are read anew when their files change. */
const models = new WeakMap<Manifest, Kept>();

/**
 * Explains with a model, or finds what was explained before.
 *
 * @param name of what is explained: the same name means the same score and the same rows; undefined if that cannot be told
 * @param mostBytes of a model file; a larger one is not read
 * @throws the error of a model file that cannot be read
 */
export async function explainedBy(
  { path, manifest }: ModelFile,
  name: string | undefined,
  mostBytes: number,
  explain: (explainer: Explainer | CannotExplain) => Promise<ExplainedScore>,
): Promise<ExplainedScore> {
  const { explainer, explained } = await modelOf(path, manifest, mostBytes);
  const before = name === undefined ? undefined : explained.get(name);
  if (before) return before;
  const found = await explain(explainer);
  if (name === undefined) return found;
  const [oldest] = explained.keys();
  if (explained.size >= MOST_KEPT && oldest !== undefined) explained.delete(oldest);
  explained.set(name, found);
  return found;
}

async function modelOf(path: string, manifest: Manifest, mostBytes: number): Promise<Kept> {
  const stamp = fileVersionOf(path);
  const before = models.get(manifest);
  if (before && stamp !== undefined && before.stamp === stamp) return before;
  const { size } = await stat(path);
  const explainer = size > mostBytes ? tooLarge(size, mostBytes) : explainerIn(await readFile(path), manifest);
  const kept = { stamp, explainer, explained: new Map() };
  models.set(manifest, kept);
  return kept;
}

function tooLarge(bytes: number, most: number): CannotExplain {
  return new CannotExplain(
    `the model is too large to be explained here: its file has ${bytes} bytes, at most ${most}; \`lvra explain\` explains it`,
  );
}

function explainerIn(bytes: Uint8Array, manifest: Manifest): Explainer | CannotExplain {
  try {
    return explainerOf(bytes, manifest);
  } catch (error) {
    if (error instanceof CannotExplain) return error;
    throw error;
  }
}
