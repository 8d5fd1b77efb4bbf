/** ONNX Runtime without its telemetry; import it from here only. */
import './no-telemetry.js';

export { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
