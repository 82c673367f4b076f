/**
 * ONNX Runtime's library for Linux contains Microsoft's telemetry, which is on by default: seconds after the first
 * session it sends what it collected (an identifier of the machine, the graph's name, producer and metadata, run counts)
 * and keeps what it could not send. This switches it off before the library looks, which it does when it is loaded.
 */
export const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1' } as const;

Object.assign(process.env, NO_TELEMETRY);
