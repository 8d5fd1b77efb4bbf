export { bodyOf } from './lasair/client.js';
export { createTask, serve } from './main.js';
export { triageScores } from './triage.js';
