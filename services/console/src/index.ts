export { serve } from './main.js';
