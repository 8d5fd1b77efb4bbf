/** ONNX Runtime without its telemetry; everything takes it from here. */
import './no-telemetry.js';

// biome-ignore lint/style/noRestrictedImports: this is the one place
export { env, InferenceSession, Tensor } from 'onnxruntime-node';
