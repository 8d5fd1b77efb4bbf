import { UsageError } from '@lvra/core';
import type { Settings, VraSettings } from './settings.js';

/** The MODEL_VERSION of the model that ships. */
const DEMONSTRATION = 'demo';

/**
 * The model version whose scores must not be annotated; undefined if any may.
 *
 * Lasair keeps one annotation per object and topic: a score of the demonstration model would permanently replace the
 * team's. That holds also for scores that wait from before the team's model was set.
 */
export function refusedVersion({ profile, endpoint, token, dryRun }: Settings): string | undefined {
  const isLasair = endpoint !== undefined && new URL(endpoint).hostname.endsWith('.lsst.ac.uk');
  return profile === 'production' && isLasair && token !== undefined && !dryRun ? DEMONSTRATION : undefined;
}

/** @throws UsageError if the demonstration model would annotate at Lasair's own servers */
export function assertNotDemoModel(settings: Settings, { modelName, modelVersion, annotate }: VraSettings): void {
  if (!annotate || modelVersion !== refusedVersion(settings)) return;
  throw new UsageError(
    `the demonstration model must not annotate at ${settings.endpoint}: set MODEL_PATH and MODEL_VERSION of ` +
      `${modelName} to the team's model, or LVRA_DRY_RUN=yes, or LVRA_${modelName.toUpperCase()}_ANNOTATE=no`,
  );
}
