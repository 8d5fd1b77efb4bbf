export type { AlertConsumer } from './consumer.js';
export { AlertDecoder } from './formats/avro/alert-decoder.js';
export { alertFormatOf } from './formats/from-settings.js';
export { consumerOf, serve } from './main.js';
export { quarantineSource } from './sources/quarantine.js';
export type { AlertSource } from './sources/source.js';
