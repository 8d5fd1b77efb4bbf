export { FRAME_BYTES, framed, idOfVersion, type SchemaVersion, schemaIdOf } from './avro/frame.js';
export { readSchemaFolder } from './avro/schema-folder.js';
export { BatchUnreadable, readBatch, scanBatch } from './batch-reader.js';
export { CutoutsUnreadable } from './cutouts/cutout-places.js';
export { type AlertCutouts, CUTOUTS, type CutoutName } from './cutouts/cutout-record.js';
export { readCutouts } from './cutouts/read-cutouts.js';
export { writeCutouts } from './cutouts/write-cutouts.js';
export { type Envelope, envelopeInFile, objectOf, readEnvelope } from './envelope.js';
export { FitsUnreadable } from './fits/header.js';
export { type FitsImage, isGzip, readFitsImage } from './fits/image.js';
export { type Orientation, orientationOf } from './fits/orientation.js';
export { JsonCursor } from './json/cursor.js';
export { JsonError } from './json/errors.js';
export { decodeString, keyIs } from './json/keys.js';
export { KIND, type Kind } from './json/kinds.js';
export { FastScanner } from './json/plain.js';
export { type JsonRecord, type JsonValue, readValue } from './json/values.js';
export {
  type AlertStore,
  alertsOf,
  type Gathered,
  gatherLightCurves,
  isUnreadable,
} from './light-curve/collect.js';
export {
  type Epoch,
  type EpochKind,
  inOrder,
  type LightCurve,
  lightCurveOf,
  mergeLightCurves,
  reachesFirstSource,
} from './light-curve/light-curve.js';
export { magnitudeErrorOf, magnitudeOf } from './light-curve/magnitude.js';
export { type AlertPlace, BatchIndex } from './places/batch-index.js';
export { readAlerts } from './places/read-alerts.js';
