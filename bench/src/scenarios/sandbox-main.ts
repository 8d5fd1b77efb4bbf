import { startSandbox } from '@lvra/sandbox/sandbox';
import type { Answer, Question } from './sandbox-process.js';

// The sandbox in a process of its own, which tells its parent what it holds. It ends with the parent.
const [latencyMs, ...topics] = process.argv.slice(2);
const sandbox = await startSandbox({
  latencyMs: Number(latencyMs),
  callsPerHour: 100_000_000,
  keep: 'current',
  tokens: { 'sandbox-token': { user: 'First Last', owns: topics } },
});
const tell = (answer: Answer) => process.send?.(answer);

process.on('message', (question: Question) => {
  if (question === 'count') tell({ count: Math.floor(sandbox.annotations.size / topics.length) });
  else tell({ held: [...heldForAll()] });
});
process.on('disconnect', () => process.exit());
tell({ endpoint: sandbox.endpoint });

/** The objects that every topic has an annotation of, and when the last of these came. */
function heldForAll(): Map<string, number> {
  const times = new Map<string, number[]>();
  for (const { objectId, timestamp } of sandbox.annotations.values()) {
    times.set(objectId, [...(times.get(objectId) ?? []), timestamp]);
  }
  return new Map([...times].filter(([, of]) => of.length === topics.length).map(([id, of]) => [id, Math.max(...of)]));
}
