import type { Resource } from '../routes/resource.js';
import { candidates } from './candidates/resource.js';
import { model, models } from './models/resource.js';
import { object } from './object/resource.js';
import { objectLightCurve } from './photometry/resource.js';
import { quarantine } from './quarantine/list-resource.js';
import { quarantinedOne } from './quarantine/one-resource.js';
import { search } from './search/resource.js';
import { stem } from './stem/resource.js';
import { tonight } from './tonight/resource.js';

/** Every page, in the order of the API's document. */
export const RESOURCES: readonly Resource[] = [
  ...[tonight, stem, candidates, object, objectLightCurve],
  ...[models, model, quarantine, quarantinedOne, search],
];
