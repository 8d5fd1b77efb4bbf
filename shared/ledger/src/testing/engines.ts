import type { Engine } from './engine.js';
import { POSTGRES } from './postgres.js';
import { SQLITE } from './sqlite.js';

/** A further one has its entry here, and the whole suite runs on it too, by files as in postgres/suite/. */
export const ENGINES: readonly Engine[] = [SQLITE, POSTGRES];

/** The one under test. */
export const ENGINE = engineNamed(process.env.LEDGER_ENGINE ?? SQLITE.name);

function engineNamed(name: string): Engine {
  const engine = ENGINES.find((each) => each.name === name);
  if (engine) return engine;
  throw new Error(`LEDGER_ENGINE is ${name}: choose one of ${ENGINES.map((each) => each.name).join(', ')}`);
}
