import { messageOf, StageMisconfigured } from '@lvra/core';
import type { Manifest } from '../manifest.js';
import { InferenceSession } from './onnxruntime.js';
import { type Provider, providerRefusal } from './provider.js';

/** ONNX Runtime's names of the manifest's input types. */
export const ELEMENT = { float: 'float32', double: 'float64' } as const;

/**
 * One thread: the stages share the machine's cores, and a second thread would spin while it waits. No arena and no
 * memory pattern: they keep the memory of the largest batch, without a measurable gain here.
 */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionMode: 'sequential',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};

export function unusable(path: string, why: string, cause?: unknown): StageMisconfigured {
  return new StageMisconfigured(undefined, `model ${path} cannot be used: ${why}; import it again`, { cause });
}

/** @throws StageMisconfigured if ONNX Runtime does not take the model, or the provider is not there */
export async function openSession(
  path: string,
  bytes: Uint8Array,
  provider: Provider = 'cpu',
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, { ...SESSION_OPTIONS, executionProviders: [provider] });
  } catch (error) {
    if (provider !== 'cpu')
      throw new StageMisconfigured(undefined, `model ${path}: ${providerRefusal(provider, error)}`);
    throw unusable(path, `ONNX Runtime rejects it: ${messageOf(error)}`, error);
  }
}

/** The graph must have one input, a table of the manifest's type and width. */
export function checkInput(path: string, session: InferenceSession, { input, features }: Manifest): void {
  const [only, ...others] = session.inputMetadata;
  if (!only?.isTensor || others.length > 0) {
    throw unusable(path, `it has the inputs ${session.inputNames.join(', ')}, not one table of features`);
  }
  if (only.type !== ELEMENT[input]) {
    throw unusable(path, `its input is ${only.type}, but its manifest says ${input} (${ELEMENT[input]})`);
  }
  const width = only.shape[1];
  if (only.shape.length !== 2 || (typeof width === 'number' && width !== features.length)) {
    throw unusable(path, `its input has the shape [${only.shape}], but its manifest has ${features.length} features`);
  }
}

/** The name of the one output that can be probabilities: floating-point, a column a class. */
export function probabilityOutput(path: string, session: InferenceSession, { classes }: Manifest): string {
  const outputs = session.outputMetadata;
  if (outputs.some((output) => !output.isTensor)) {
    throw unusable(path, 'it gives probabilities as maps (ZipMap), not as a table; convert it with zipmap off');
  }
  const candidates = outputs.filter(
    (output) =>
      output.isTensor &&
      (output.type === 'float32' || output.type === 'float64') &&
      (output.shape.length === 0 || typeof output.shape[1] !== 'number' || output.shape[1] === classes.length),
  );
  const [only, ...others] = candidates;
  if (only && others.length === 0) return only.name;
  const found = outputs.map((output) => `${output.name} ${output.isTensor ? `${output.type}[${output.shape}]` : ''}`);
  throw unusable(
    path,
    `it must have one output with the probabilities of the classes ${classes.join(', ')}; it has ${found.join(', ')}`,
  );
}
