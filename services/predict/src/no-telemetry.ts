/**
 * ONNX Runtime reports its use to its maker: it looks up a host there, keeps events in the user's cache and writes log files
 * to the folder of temporary files. With this set before the library is loaded it does nothing of the kind.
 *
 * A thread's environment is a copy that the library does not see: what starts a thread that loads models imports this too.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
