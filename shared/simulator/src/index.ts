export { type AvroSimulatorOptions, type SimulatedAvro, simulateAvro } from './alerts/avro/alerts.js';
export { simulatedCutouts } from './alerts/avro/cutouts.js';
export { AVRO_VERSIONS, simulatedSchema, writeSchemas } from './alerts/avro/versions.js';
export { hostileMessages } from './alerts/hostile.js';
export { isReal, type SimulatedAlert, type SimulatorOptions, simulateAlerts, type Truth } from './alerts/simulator.js';
export type { Fault } from './lasair/faults.js';
export { type Sandbox, type SandboxOptions, startSandbox } from './lasair/sandbox.js';
export type { StoredAnnotation } from './lasair/storage.js';
