import { STAGES, type Stage, UsageError } from '@lvra/core';
import type { Settings, VraSettings } from './settings.js';

/** @throws UsageError if the settings have no VRA of that name */
export function vraOf(settings: Settings, name: string): VraSettings {
  const vra = settings.vras.find(({ modelName }) => modelName === name);
  if (vra) return vra;
  const known = settings.vras.map(({ modelName }) => modelName).join(', ');
  throw new UsageError(`there is no VRA ${name} in the settings; there are ${known}`);
}

/** Every stage of every VRA, in the order of the flow. */
export function stagesOf(settings: Settings): (readonly [Stage, string])[] {
  return settings.vras.flatMap(({ modelName }) => STAGES.map((stage) => [stage, modelName] as const));
}
