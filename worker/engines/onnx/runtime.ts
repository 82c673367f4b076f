/** The one way to ONNX Runtime (the linter knows no other): its telemetry is off before the library is loaded. */
import './no-telemetry.ts';

export { InferenceSession, Tensor } from 'onnxruntime-node';
