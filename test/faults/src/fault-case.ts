import type { Random } from '@lvra/core';
import type { FaultWorld } from './fault-world.js';

/**
 * One fault, injected into running services under load.
 *
 * A file of `cases/` exports any number of them as `cases`. `run` gets a world whose servers are up; it starts the
 * services, sends alerts, injects, and repairs what it broke. After it the suite waits until every alert sent is settled,
 * compares everything with what was sent, and runs `lvra verify`.
 */
export interface FaultCase {
  /** What `make test-faults CASE=…` asks for; short, unlike that of any other case. */
  readonly name: string;
  /** What is broken, for the table. */
  readonly fault: string;
  /** Settings that differ from those of the suite, as environment variables of all services. */
  readonly settings?: Readonly<Record<string, string>>;
  /** `own`: a broker that only this case has, to be stopped and broken. `shared` is usual: the topic alone is its own. */
  readonly kafka?: 'shared' | 'own';
  /** Where its ledger must be; by default it runs with either. */
  readonly ledger?: 'sqlite' | 'postgres';
  /** `own`: a primary and standbys that only this case has, to be stopped and killed. */
  readonly postgres?: 'shared' | 'own';
  /** Of the topic; by default 1. */
  readonly partitions?: number;
  /** How long it may take from the end of `run` until everything is settled; by default two minutes. */
  readonly recoversWithinMs?: number;
  /** How long the case may take in all; by default five minutes. */
  readonly timeoutMs?: number;
  run(world: FaultWorld, random: Random): Promise<void>;
}
