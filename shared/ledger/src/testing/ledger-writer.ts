import { Random } from '@lvra/core';
import { OffsetsTaken } from '../intake/batches.js';
import { ENGINE } from './engines.js';

// One of the processes of many-writers.test.ts: node ledger-writer.js PLACE NUMBER BATCHES STEM...
const [place, number, batches, ...shared] = process.argv.slice(2) as [string, string, string, ...string[]];
const ledger = await ENGINE.open(place, ['r0b'], { create: true });
const random = new Random(Number(number));
const owner = `writer ${number}`;
const LEASE_MS = 30_000;

/** Registers a batch of one partition, which all writers read; if another was first, continues from there. */
async function registerBatch(): Promise<void> {
  const stem = await ledger.batches.reserveStem(owner, new Date());
  for (;;) {
    const at = await ledger.positions.position({ groupId: 'lvra', topic: 'topic', partition: 0 });
    const first = at?.next ?? 0n;
    const next = first + BigInt(random.whole(1, 5));
    const objects = Array.from({ length: Number(next - first) }, (_, i) => 169755827469549632n + first + BigInt(i));
    try {
      await ledger.batches.register({
        ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: objects, bytes: 1, groupId: 'lvra', quarantined: [] },
        ranges: [{ topic: 'topic', partition: 0, first, next, fingerprint: 'f' }],
        receivedMs: new Float64Array(objects.length),
        now: Date.now(),
      });
      return;
    } catch (error) {
      if (!(error instanceof OffsetsTaken)) throw error;
    }
  }
}

/** Works on a stem, sometimes not to its end. */
async function workOn(stage: 'feature' | 'predict', stem: string): Promise<void> {
  const work = ledger.work(stage, 'r0b');
  if ((await work.claim(stem, owner, Date.now(), LEASE_MS)).kind !== 'claimed') return;
  await work.renew(stem, owner, Date.now(), LEASE_MS);
  const failure = { status: 99, message: 'tried', dueAt: Date.now() - 1, now: Date.now(), durationMs: 0 } as const;
  const chance = random.uniform();
  if (chance < 0.2) await work.fail(stem, owner, failure);
  else if (chance < 0.4) await work.release(stem, owner, { now: Date.now(), ms: 0 }, null);
  else await record(stage, stem);
}

async function record(stage: 'feature' | 'predict', stem: string): Promise<void> {
  const work = ledger.work(stage, 'r0b');
  const ids = [1n, 2n, 3n].map((n) => ({ diaObjectId: n, diaSourceId: BigInt(stem.slice(-6)) * 10n + n }));
  const settlement = { status: 1, now: Date.now(), durationMs: 1 } as const;
  if (stage === 'predict') {
    const scores = ids.map((id) => ({ ...id, score: 0.5 }));
    await ledger.results.recordScores(work, stem, { name: 'r0b', version: 'a1' }, scores, settlement);
  } else {
    const flags = { count: [0, 0, 0, 0, 0], first: [0, 0, 0, 0, 0] as const };
    const rows = ids.map((id) => ({ ...id, midpointMjdTai: 61000, receivedMs: undefined, flags }));
    await ledger.results.recordFeatures(work, stem, rows, [], settlement);
  }
}

let unregistered = Number(batches);
for (;;) {
  if (unregistered > 0) {
    unregistered--;
    await registerBatch();
  }
  const ours: ['feature' | 'predict', string][] = [];
  for (const stage of ['feature', 'predict'] as const) {
    const pending = await ledger.work(stage, 'r0b').pending(Date.now(), LEASE_MS);
    for (const stem of pending) if (shared.includes(stem)) ours.push([stage, stem]);
  }
  const chosen = ours[random.whole(0, Math.max(ours.length - 1, 0))];
  if (chosen) await workOn(...chosen);
  else if (unregistered === 0) break;
}
await ledger.close();
