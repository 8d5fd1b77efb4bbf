import type { Stage } from '@lvra/core';
import type { MappingVerification } from '@lvra/ledger';
import type { DataFolder } from '@lvra/runtime';
import type { DataPaths, Nights } from '@lvra/store';
import type { Findings } from '../findings.js';
import type { ScoreModels } from './score-models.js';

/** What the checks of a stem work with. */
export interface StemCheck {
  readonly paths: DataPaths;
  readonly folder: DataFolder;
  readonly nights: Nights;
  readonly findings: Findings;
  readonly models: ScoreModels;
  readonly mapping: MappingVerification;
  /** All VRAs by name. */
  readonly vras: readonly string[];
  /** The set of features of each VRA; of the files of other sets than the default one only the ids are checked. */
  readonly features: ReadonlyMap<string, string>;
  /** Every stage of every VRA that there is work for, in the order of the flow. */
  readonly stages: readonly (readonly [Stage, string])[];
}
