import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFeatureFile } from '@lvra/feature/feature-stage';
import { dataPaths } from '@lvra/shared/paths';

const STEM = '20260422_000000';

/** Has the feature stage make the feature file of a batch of these alerts. @returns its path */
export async function featureFileOf(alerts: readonly Buffer[], root: string): Promise<string> {
  const paths = dataPaths(root);
  mkdirSync(dirname(paths.batch(STEM)), { recursive: true });
  writeFileSync(paths.batch(STEM), `[${alerts.join(',')}]`);
  return (await makeFeatureFile(STEM, paths, undefined)).path;
}
