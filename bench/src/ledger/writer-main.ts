import { Ledger } from '@lvra/shared/ledger/ledger';
import type { Stage } from '@lvra/shared/stages';
import { type Batch, LedgerStages, VRA } from './stages.js';
import type { Sample } from './times.js';

/** What a writer is told. */
export type Task =
  | { readonly kind: 'batch'; readonly batch: Batch; readonly stem?: string }
  | { readonly kind: 'look-around' }
  | { readonly kind: 'warmed-up' }
  | { readonly kind: 'end' };

/** What it answers: the stem that it is through with; ready, with the samples of before; or at the end all samples. */
export type Answer =
  | { readonly kind: 'done'; readonly stem: string; readonly batch: Batch }
  | { readonly kind: 'ready' }
  | { readonly kind: 'samples'; readonly samples: readonly Sample[] };

// One of the processes of writers.ts: node writer-main.js DATABASE NUMBER ROLE
const [path, number, role] = process.argv.slice(2) as [string, string, 'consumer' | Stage];
const ledger = Ledger.open(path, [VRA], { create: false });
ledger.checkpointBeside();
const stages = new LedgerStages(ledger, Number(number));
const answer = (said: Answer) => process.send?.(said);

process.on('message', (task: Task) => {
  if (task.kind === 'batch') answer({ kind: 'done', stem: work(task.batch, task.stem ?? ''), batch: task.batch });
  else if (task.kind === 'look-around') stages.lookAround(role === 'consumer' ? 'feature' : role);
  else if (task.kind === 'warmed-up') stages.samples.length = 0;
  else {
    ledger.close();
    process.send?.({ kind: 'samples', samples: stages.samples } satisfies Answer, () => process.disconnect());
  }
});

function work(batch: Batch, stem: string): string {
  if (role === 'consumer') return stages.consume(batch);
  stages[role](stem, batch);
  return stem;
}

answer({ kind: 'ready' });
