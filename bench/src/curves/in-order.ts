import { arrivalsOf } from '../scenarios/latencies.js';
import type { PipelineWorld } from '../scenarios/pipeline-world.js';

/**
 * Ends the services. What was measured counts only where nothing was lost or doubled on the way.
 *
 * @throws where an alert has no annotation, an annotation no alert, or `lvra verify` finds anything
 */
export async function endInOrder(world: PipelineWorld): Promise<void> {
  const { faults } = arrivalsOf(world.load, await world.sandbox.held());
  const findings = await world.verify();
  const wrong = findings === undefined ? faults : [...faults, findings];
  if (wrong.length > 0) throw new Error(`the run is broken:\n${wrong.join('\n')}`);
}
