export { type AvroSimulatorOptions, type SimulatedAvro, simulateAvro } from './alerts/avro/alerts.js';
export { simulatedCutouts } from './alerts/avro/cutouts.js';
export { AVRO_VERSIONS, simulatedSchema, writeSchemas } from './alerts/avro/versions.js';
export { hostileMessages } from './alerts/hostile.js';
export { isReal, type SimulatedAlert, type SimulatorOptions, simulateAlerts, type Truth } from './alerts/simulator.js';
export {
  type Fault,
  type Sandbox,
  type SandboxOptions,
  type StoredAnnotation,
  startSandbox,
} from './lasair/sandbox.js';
export {
  startTnsSandbox,
  TNS_SANDBOX_BOT,
  TNS_SANDBOX_KEY,
  type TnsSandbox,
  type TnsSandboxOptions,
} from './tns/tns-sandbox.js';
