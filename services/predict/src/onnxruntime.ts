/** ONNX Runtime without its telemetry; import it from here only. */
import './no-telemetry.js';

// biome-ignore lint/style/noRestrictedImports: this is the one place
export { env, InferenceSession, Tensor } from 'onnxruntime-node';
