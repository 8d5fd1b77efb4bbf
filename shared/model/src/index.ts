export { assertFeaturesExist, checkModel, type FeatureFiles, missingFeatures } from './check-model.js';
export { explainerOf } from './explain/explainer.js';
export { CannotExplain, type Explainer, type Explanation } from './explain/explanation.js';
export { CsvScanner, NotCsv } from './feature-file/csv-scanner.js';
export { readFeatureFile } from './feature-file/feature-file.js';
export { missingOf } from './feature-file/missing.js';
export { type FeatureCell, readFeatureRow } from './feature-file/one-row.js';
export { featureValue } from './feature-file/parse-value.js';
export { readStemFeatures } from './feature-file/stem-features.js';
export type { FeatureTable } from './feature-file/table-builder.js';
export {
  findModel,
  type ModelFile,
  type ModelFolder,
  modelNames,
  modelsBeside,
  type WantedModel,
} from './find-model.js';
export type { Manifest } from './manifest.js';
export { Model } from './onnx/model.js';
export { InferenceSession } from './onnx/onnxruntime.js';
export type { Provider } from './onnx/provider.js';
export { outOfRange } from './out-of-range.js';
export { type Quantile, quantileOf } from './quantile.js';
export { edgesOf, expectedSpread, FEWEST_SCORES, NIGHTS_BEFORE } from './score-spread.js';
export { scoreStem, scoreTable, type UnscoredRow } from './score-stem.js';
export { populationStability, sum } from './stability.js';
