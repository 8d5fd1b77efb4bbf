export { table } from './command-line/output.js';
export { alertReceivers } from './container/alert-receivers.js';
export { INHIBITIONS } from './container/inhibitions.js';
export { testAlert } from './container/test-alert.js';
