export { createTask, serve } from './main.js';
export { createPredictTask } from './predict-stage.js';
