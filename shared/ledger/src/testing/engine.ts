import type { TestContext } from 'node:test';
import type { Ledger } from '../ledger.js';

/** What can hold a ledger, as the tests of all engines use it. */
export interface Engine {
  readonly name: string;
  /** Starts the server that all processes of a run share, and says by which variables they find it. */
  serve(): Promise<{ readonly environment: Readonly<Record<string, string>>; stop(): Promise<void> }>;
  /** An empty place for a ledger, which any number of processes may open; it goes when the test ends. */
  newPlace(t: TestContext): string;
  open(place: string, vras: readonly string[], options: { create: boolean }): Promise<Ledger>;
  /** For a test that writes much: what the ledger holds need not outlive a power failure. */
  hurry(ledger: Ledger): Promise<void>;
}
