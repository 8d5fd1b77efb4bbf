import { register } from 'node:module';

// Loaded into a service by `node --import`: makes it one of a release with one migration more than this one.
register('./sources.js', import.meta.url);
