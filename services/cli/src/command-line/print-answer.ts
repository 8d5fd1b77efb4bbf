import type { Settings } from '@lvra/config';
import { type OpenLedger, withLedger } from '@lvra/operations';
import { print, printJson } from './output.js';

/** Asks the ledger, and prints what it knows: as a text, or whole for programs. */
export async function printAnswer<T extends object>(
  ask: (open: OpenLedger) => T | Promise<T>,
  describe: (answer: T, settings: Settings) => string,
  json: true | undefined,
): Promise<void> {
  const [answer, settings] = await withLedger(async (open) => [await ask(open), open.settings] as const);
  if (json) printJson(answer);
  else print(describe(answer, settings));
}
