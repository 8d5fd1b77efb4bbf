import { startSandbox } from '@lvra/sandbox/sandbox';
import type { Answer, Question } from './sandbox-process.js';

// The sandbox in a process of its own, which tells its parent what it holds. It ends with the parent.
const sandbox = await startSandbox({ latencyMs: Number(process.argv[2]), callsPerHour: 100_000_000, keep: 'current' });
const tell = (answer: Answer) => process.send?.(answer);

process.on('message', (question: Question) => {
  if (question === 'count') tell({ count: sandbox.annotations.size });
  else tell({ held: [...sandbox.annotations.values()].map(({ objectId, timestamp }) => [objectId, timestamp]) });
});
process.on('disconnect', () => process.exit());
tell({ endpoint: sandbox.endpoint });
