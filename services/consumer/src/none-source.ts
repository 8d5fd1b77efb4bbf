import type { AlertSource } from './source.js';

/** Brings nothing: the stages work off what is there. */
export function noneSource(): AlertSource {
  return { name: 'none', run: () => Promise.resolve() };
}
