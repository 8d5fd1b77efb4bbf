/**
 * ONNX Runtime sends telemetry to its maker: it looks up a host there, keeps events in the user's cache and writes
 * temporary log files. Setting this before the library is loaded turns all of it off.
 *
 * A thread's environment is a copy that the library does not see: code that starts a thread that loads models must
 * import this, too.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
