export { AlertView, readAlert } from './alert/alert.js';
export { type LatestSource, latestSource } from './alert/latest-source.js';
export type { FeatureRows } from './feature-rows.js';
export { type FeatureSet, featureSet } from './feature-sets.js';
export { FeatureTable } from './r0b/feature-table.js';
export { thresholdFlags } from './r0b/thresholds.js';
