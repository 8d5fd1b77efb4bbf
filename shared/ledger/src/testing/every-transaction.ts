import type { Ledger } from '../ledger.js';
import { addStem } from './ledgers.js';
import { execute } from './look-inside.js';

const NOW = 1_790_000_000_000;
const LEASE_MS = 30_000;
const OF = { groupId: 'g', topic: 'topic', partition: 0 };
const SETTLEMENT = { status: 1, now: NOW, durationMs: 1 } as const;
const FLAGS = { count: [1, 0, 0, 0, 0], first: [1, 0, 0, 0, 0] } as const;
const MODEL = { name: 'r0b', version: 'a1', edges: [0, 0.5, 1] };

/** The n-th of the names that follow each other. */
const reserve = (ledger: Ledger, n: number) => ledger.batches.reserveStem('consumer', new Date(NOW + n * 1_000));

/** A batch of one object, whose scores are its n-th. */
async function register(ledger: Ledger, n: number, first: bigint): Promise<string> {
  const stem = await reserve(ledger, n);
  const range = { topic: OF.topic, partition: OF.partition, first, next: first + 1n, fingerprint: `f${n}` };
  const aside = { stem, stage: 'consumer', position: 1, reason: 'not_json', detail: 'cut' } as const;
  await ledger.batches.register({
    ...{ stem, vras: ['r0b'], source: 'kafka', diaObjectIds: [7n], bytes: 9, groupId: OF.groupId, ranges: [range] },
    receivedMs: Float64Array.of(NOW),
    lengths: Uint32Array.of(9),
    quarantined: [{ ...aside, path: `quarantine/${stem}.raw`, bytes: 4, at: NOW }],
    now: NOW,
  });
  return stem;
}

/** Takes the n-th score of the object through feature and predict. */
async function score(ledger: Ledger, stem: string, n: number): Promise<void> {
  const ids = { diaObjectId: 7n, diaSourceId: BigInt(70 + n) };
  const row = {
    ...ids,
    midpointMjdTai: 61_000 + n,
    receivedMs: NOW,
    ra: 1.5,
    decl: -2.5,
    psfFlux: 9,
    band: 'r',
    flags: FLAGS,
  };
  const feature = ledger.work('feature', 'r0b');
  await feature.claim(stem, 'feature', NOW, LEASE_MS);
  await ledger.results.recordFeatures(feature, stem, [row], [], SETTLEMENT);
  await ledger.results.recordScores(ledger.work('predict', 'r0b'), stem, MODEL, [{ ...ids, score: 0.5 }], SETTLEMENT);
}

/** Sends the score of a stem, whose call ends as `end`. */
async function send(ledger: Ledger, stem: string, end: 'taken' | 'unanswered'): Promise<void> {
  const work = ledger.work('annotate', 'r0b');
  const { scores, reservations } = ledger.annotations;
  const { scores: found, seen } = await scores.unsettled('r0b', stem);
  const rows = found.map(({ id, diaObjectId }) => ({ id, diaObjectId: diaObjectId!, seen }));
  const call = { sender: stem, now: NOW, until: NOW + 90_000 };
  await reservations.reserve(work, rows, call, { callsPerHour: 100 });
  await reservations.finish(work, rows, call, end, NOW);
}

/** Adds rows for what only removes or reopens. */
export async function addRowsToChange(ledger: Ledger): Promise<void> {
  await addStem(ledger, 'no stem', 0);
  const ofPython = '20260101_000001';
  await addStem(ledger, ofPython, 1, 1, -1);
  const score = `INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name) VALUES (9, 99, ?, 0.5, 'r0b')`;
  await execute(ledger, score, ofPython);
  const place = `INSERT INTO kafka_position (group_id, topic, partition, next_offset, fingerprint, marked) VALUES ('old', 'topic', 1, 0, 'f', 0)`;
  await execute(ledger, place);
}

/** Makes every kind of write transaction of the ledger, each of which changes it. */
export async function everyTransaction(ledger: Ledger): Promise<void> {
  const { batches, positions, results, annotations, backfill, quarantine, forgetting, tns } = ledger;
  const [feature, predict, annotate] = (['feature', 'predict', 'annotate'] as const).map((stage) =>
    ledger.work(stage, 'r0b'),
  ) as [ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>, ReturnType<typeof ledger.work>];
  await ledger.mark(NOW);
  const abandoned = await reserve(ledger, 0);
  await batches.abandonStem(abandoned, NOW);
  await batches.recordCleared(abandoned, NOW);
  const first = await register(ledger, 1, 0n);
  await positions.adopt({ ...OF, groupId: 'renamed' });
  await positions.recordEmpty(OF, 1n, 3n);
  await positions.recordMark({ ...OF, groupId: 'old', partition: 1 });
  await positions.turn(OF, { before: 1n, after: 3n, reason: 'read_by_others', at: NOW });
  await positions.seen.see(OF.groupId, [OF.topic], OF.topic, [{ partition: 0, high: 9n, next: 3n }], NOW);

  await feature.claim(first, 'me', NOW, LEASE_MS);
  await feature.renew(first, 'me', NOW + 1_000, LEASE_MS);
  await feature.releaseClaimsOf(() => true);
  await feature.claim(first, 'me', NOW, LEASE_MS);
  await feature.release(first, 'me', { now: NOW, ms: 5 }, 'the disk is full', 22);
  await feature.claim(first, 'me', NOW + 10, LEASE_MS);
  await feature.fail(first, 'me', { status: 99, message: 'why', dueAt: undefined, now: NOW, durationMs: 1 });
  await feature.retry(first, false);
  await feature.setStatusOfPending(41, NOW, LEASE_MS);
  await predict.pause({ now: NOW, ms: 5_000 }, 'why');
  await predict.resume();
  await score(ledger, first, 1);
  await send(ledger, first, 'taken');
  await annotations.settle(annotate, first, new Map(), SETTLEMENT);
  await annotations.reopenForResend(annotate, first);
  await send(ledger, first, 'unanswered');
  await annotations.settleAll(annotate, [first], new Map([[2n, { outcome: 'dry_run' }]]), SETTLEMENT);

  const second = await register(ledger, 2, 3n);
  await results.completeWithExistingFeatures(feature, second, { ...SETTLEMENT, rows: 1 });
  await predict.excludeStem(second, NOW, 'not wanted');
  await backfill.ask('r0b', [{ stem: second, first: 'predict', last: 'predict' }]);
  await predict.beginBackfilled(second);
  await backfill.cancel('r0b');

  await quarantine.markReplayed(1n, second);
  await quarantine.markPruned(second.slice(0, 8), NOW);
  const { submission } = await tns.begin('live', [{ diaObjectId: 7n, internalName: 'x', report: '{}' }], {
    ...{ sender: 'me', again: false, now: NOW },
  });
  await tns.received(submission!, '91000');
  await tns.settle(submission!, [{ diaObjectId: 7n, outcome: 'refused' }], NOW);
  const label = { diaObjectId: 7n, label: 'real', who: 'ada', at: NOW };
  await ledger.labels.add([label, { ...label, at: NOW + 1 }]);
  await ledger.labels.takeBack(7n, 'ada');
  await forgetting.flags([1n]);
  await forgetting.objects([7n]);
  await forgetting.scores([2n], NOW + 1_000_000);
  await forgetting.stem('no stem');
  await forgetting.unnamed();
  await annotations.reopenPartialPythonStems(annotate);
}
