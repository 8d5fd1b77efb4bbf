import type { AlertSource } from './source.js';

/** Yields nothing: the stages process what is there. */
export function noneSource(): AlertSource {
  return { name: 'none', run: () => Promise.resolve() };
}
