export { createFeatureTask, makeFeatureFile } from './feature-stage.js';
export { createTask, createThreadedTask, serve } from './main.js';
