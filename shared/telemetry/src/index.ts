export type { BusDepth, QueueDepth } from './bus-depth.js';
export { ConsoleMetrics } from './console-metrics.js';
export { type HealthServer, serveHealth } from './health.js';
export { createLogger, createStdoutLogger, type Logger, logNameOf } from './log.js';
export { Metrics } from './metrics.js';
export { ModelMetrics } from './model-metrics.js';
export { hideSecrets, rememberSecret } from './secrets.js';
export { ServiceMetrics } from './service-metrics.js';
export type { TraceMetrics } from './trace-metrics.js';
