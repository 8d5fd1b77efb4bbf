import { nightBegan, STAGES } from '@lvra/core';
import { Ledger } from '../ledger.js';
import { VRA } from './ledger-stages.js';

const LEASE_MS = 30_000;

/** A query of the ledger. */
export interface Question {
  readonly question: string;
  readonly by: 'service' | 'person' | 'verify';
  readonly ask: () => unknown;
}

/** The frequent queries of services, and those of an operator. */
export function questionsOf(ledger: Ledger): Question[] {
  const { database } = ledger;
  const some = ledger.history;
  const stem = ledger.overview.newestDone('predict', VRA, 1)[0] as string;
  const score = ledger.verification.stems.facts(stem).scores[0];
  const object = score?.diaObjectId as bigint;
  const work = STAGES.map((stage) => ledger.work(stage, VRA));
  const annotate = ledger.work('annotate', VRA);
  const now = Date.now();
  return [
    {
      question: 'lvra status, the queries',
      by: 'person',
      ask: () => [
        ...work.map((each) => [ledger.overview.of(each.stage, VRA), each.paused(now)]),
        ledger.overview.quarantined(),
      ],
    },
    {
      question: 'pending',
      by: 'service',
      ask: () => work.map((each) => each.pending(now, LEASE_MS)),
    },
    {
      question: 'claims that are alive',
      by: 'service',
      ask: () => work.map((each) => each.releaseClaimsOf(() => false)),
    },
    {
      question: 'stems of a backfill',
      by: 'service',
      ask: () => work.map((each) => [each.nextBackfilled(now, LEASE_MS), ledger.backfill.left(each.stage, VRA)]),
    },
    {
      question: 'a scrape: what waits, what is late, what came in and went out tonight',
      by: 'service',
      ask: () => [
        work.map(({ stage }) => ledger.flow.waiting(stage, VRA)),
        ledger.flow.unannotated(VRA, now),
        ledger.flow.annotatedSince(VRA, nightBegan(now)),
        ledger.flow.alertsSince(nightBegan(now)),
        ledger.flow.lastRegistered(),
        ledger.positions.seen.lags(),
      ],
    },
    {
      question: 'calls to Lasair left',
      by: 'service',
      ask: () => ledger.annotations.calls.state(now, 5_000),
    },
    {
      question: 'stems that the Python pipeline left at -1',
      by: 'service',
      ask: () => ledger.annotations.reopenPartialPythonStems(annotate),
    },
    {
      question: 'names that were never registered',
      by: 'service',
      ask: () => ledger.batches.unregistered(now),
    },
    {
      question: 'spread of scores by night',
      by: 'service',
      ask: () => ledger.scoreCounts.nights({ name: VRA, version: 'a1' }, [0, 0.5, 1], 8),
    },
    {
      question: 'newest feature files',
      by: 'service',
      ask: () => ledger.overview.newestDone('feature', VRA, 5),
    },
    {
      question: 'lvra object',
      by: 'person',
      ask: () => [ledger.objects.scores(object), ledger.tns.ofObject(object)],
    },
    {
      question: 'lvra stem',
      by: 'person',
      ask: () => [
        some.batch(stem),
        some.offsets(stem),
        some.scores(stem),
        some.objects(stem),
        ledger.events.ofStem(stem),
      ],
    },
    { question: 'lvra quarantine list', by: 'person', ask: () => ledger.quarantine.list() },
    { question: 'lvra dead', by: 'person', ask: () => work.map((each) => each.deadLetters()) },
    {
      question: 'lvra verify: a stem',
      by: 'verify',
      ask: () => ledger.verification.stems.facts(stem),
    },
    {
      question: 'lvra verify: a page of 5,000 objects',
      by: 'verify',
      ask: () => ledger.verification.objects.page(object, ['0', '9']),
    },
    {
      question: 'lvra verify: an object',
      by: 'verify',
      ask: () => ledger.verification.objects.facts(object, VRA, now),
    },
    {
      question: 'opening the ledger',
      by: 'service',
      ask: () => Ledger.open(database.name, [VRA], { create: false }).close(),
    },
  ];
}
