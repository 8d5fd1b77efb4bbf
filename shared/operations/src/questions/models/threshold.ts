import type { Settings } from '@lvra/config';

/** If a VRA annotates all scores. */
const WITHOUT_LOWEST_SCORE = 0.5;

/** From which score on the objects of a VRA are taken, where nothing else is asked for: its LOWEST_SCORE, or 0.5. */
export function usualThreshold({ vras }: Pick<Settings, 'vras'>, vra: string): number {
  return vras.find(({ modelName }) => modelName === vra)?.lowestScore ?? WITHOUT_LOWEST_SCORE;
}
