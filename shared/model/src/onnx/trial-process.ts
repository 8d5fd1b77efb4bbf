import { writeFileSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { Model, ROWS_A_RUN } from './model.js';
import type { TrialOrder } from './trial.js';

// A separate process that opens models before the stage does: if it crashes, the service continues.

if (!process.send) throw new Error('this process is started by the service to try a model, not by hand');

// If the container runs out of memory, this process is killed first.
if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');

process.on('message', ({ path, manifest, bytes }: TrialOrder) => {
  const opened = Model.open(path, manifest, bytes, ROWS_A_RUN).then((model) => model.close());
  void opened.then(() => null, messageOf).then((answer) => process.send?.(answer));
});
// The service has ended.
process.on('disconnect', () => process.exit());
