import { UsageError } from '../errors.js';
import { STAGES, type Stage } from '../stages.js';
import type { Settings, VraSettings } from './settings.js';

/** The VRAs that a stage works for: all, or the one asked for. */
export function vrasOf(_stage: Stage | 'consumer', settings: Settings, only?: string): VraSettings[] {
  const named = settings.vras.filter((vra) => only === undefined || vra.modelName === only);
  if (named.length === 0) {
    const known = settings.vras.map(({ modelName }) => modelName).join(', ');
    throw new UsageError(`there is no VRA ${only} in the settings; there are ${known}`);
  }
  return named;
}

/** Every stage of every VRA that there is work for, in the order of the flow. */
export function stagesOf(settings: Settings): (readonly [Stage, string])[] {
  return settings.vras.flatMap(({ modelName }) => STAGES.map((stage) => [stage, modelName] as const));
}
