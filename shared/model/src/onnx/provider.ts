import { messageOf } from '@lvra/core';
import type { Manifest } from '../manifest.js';
import { listSupportedBackends } from './onnxruntime.js';

/** What a model runs on: ONNX Runtime's execution providers that we know. */
export const PROVIDERS = ['cpu', 'cuda'] as const;

export type Provider = (typeof PROVIDERS)[number];

/** A model as it runs somewhere. */
interface Scorer {
  score(values: Float32Array | Float64Array, rows: number): Promise<{ readonly scores: Float64Array }>;
}

/** How far a score may be from the CPU's: what the import allows between scikit-learn and ONNX. */
const LARGEST_DIFFERENCE = 1e-6;

/** What an operator can do if a provider does not take a model. */
export function providerRefusal(provider: Provider, error: unknown): string {
  const isBuiltIn = listSupportedBackends().some(({ name }) => name === provider);
  const advice = isBuiltIn
    ? "install NVIDIA's driver, CUDA 12 and onnxruntime-node's libraries for it on this host"
    : 'this build of onnxruntime-node has none for this machine';
  const where = 'docs/several-servers.md, "Predict on a GPU host"';
  return `it cannot run on ${provider} here (${messageOf(error)}): ${advice} (${where}), or set predict_provider: cpu`;
}

/**
 * Compares a model's scores of its manifest's sample with those of the same model on the CPU.
 *
 * @throws Error that says where they differ, or that there is no sample
 */
export async function assertSameScores(
  { sample, features, input }: Manifest,
  cpu: Scorer,
  model: Scorer,
  provider: Provider,
): Promise<void> {
  if (!sample) {
    throw new Error(
      `its manifest has no sample of rows on which ${provider} can be compared with the CPU: import it again, or set ` +
        'predict_provider: cpu',
    );
  }
  const flat = sample.flatMap((row) => row.map((value) => value ?? Number.NaN));
  const values = input === 'float' ? Float32Array.from(flat) : Float64Array.from(flat);
  const wanted = await cpu.score(values, sample.length);
  const given = await model.score(values, sample.length);
  for (const [row, score] of wanted.scores.entries()) {
    const other = given.scores[row] as number;
    if (Math.abs(other - score) <= LARGEST_DIFFERENCE || (Number.isNaN(other) && Number.isNaN(score))) continue;
    const at = `row ${row + 1} of the ${sample.length} of its manifest, of ${features.length} features`;
    throw new Error(
      `on ${provider} it gives ${other} and on the CPU ${score} for ${at}: more than ${LARGEST_DIFFERENCE} apart; set ` +
        'predict_provider: cpu',
    );
  }
}
