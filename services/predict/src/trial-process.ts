import { writeFileSync } from 'node:fs';
import { messageOf } from '@lvra/shared/errors';
import { Model, ROWS_A_RUN } from './model.js';
import type { TrialOrder } from './trial.js';

// A process of its own, in which models are opened before the stage opens them: whatever becomes of it, the service goes on.

if (!process.send) throw new Error('this is started by whoever loads a model, not by hand');

// Where a container is out of memory, it is this process that ends.
if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');

process.on('message', async ({ path, manifest, bytes }: TrialOrder) => {
  let answer: string | null = null;
  try {
    await (await Model.open(path, manifest, bytes, ROWS_A_RUN)).close();
  } catch (error) {
    answer = messageOf(error);
  }
  process.send?.(answer);
});
// The service has ended.
process.on('disconnect', () => process.exit());
