import type { Random } from '@lvra/shared/simulator/random';
import type { FaultWorld } from './fault-world.js';

/**
 * One fault, injected into running services under load.
 *
 * A file of `cases/` exports any number of them as `cases`. `run` gets a world whose servers are up; it starts the
 * services, sends alerts, injects, and mends what it broke. After it the suite waits until every alert sent is settled,
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
  /** Of the topic; 1 unless told. */
  readonly partitions?: number;
  /** How long it may take from the end of `run` until everything is settled; two minutes unless told. */
  readonly recoversWithinMs?: number;
  /** How long the case may take in all; five minutes unless told. */
  readonly timeoutMs?: number;
  /**
   * Waits until everything is settled where the usual question (every alert sent is scored, nothing is pending) is not
   * the right one.
   */
  settled?(world: FaultWorld): boolean;
  run(world: FaultWorld, random: Random): Promise<void>;
}
