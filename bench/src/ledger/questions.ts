import { Ledger } from '@lvra/shared/ledger/ledger';
import { nightBegan } from '@lvra/shared/night';
import { STAGES } from '@lvra/shared/stages';
import { VRA } from './stages.js';
import { type Spread, spreadOf } from './times.js';

const TIMES = 20;
const LEASE_MS = 30_000;

/** Who asks, and how long it takes, ms. */
export interface QuestionTime {
  readonly question: string;
  readonly asked: string;
  readonly clock: Spread;
  readonly cpu: Spread;
}

/** Something that is asked of the ledger. */
export interface Question {
  readonly question: string;
  readonly by: 'service' | 'person' | 'verify';
  /** How often. */
  readonly asked: string;
  readonly ask: () => unknown;
}

/** Everything that a service asks again and again, and what a person asks. */
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
      asked: 'now and then',
      ask: () => [
        ...work.map((each) => [ledger.overview.of(each.stage, VRA), each.paused(now)]),
        ledger.overview.quarantined(),
      ],
    },
    {
      question: 'pending',
      by: 'service',
      asked: 'each minute',
      ask: () => work.map((each) => each.pending(now, LEASE_MS)),
    },
    {
      question: 'claims that are alive, and stems that wait',
      by: 'service',
      asked: 'each minute',
      ask: () => work.map((each) => [each.leasedMs(now, LEASE_MS), each.dueMs(now), each.forfeit(() => false)]),
    },
    {
      question: 'a scrape: what waits, what is late, what came in and went out tonight',
      by: 'service',
      asked: 'each scrape',
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
      asked: 'each call',
      ask: () => ledger.annotations.calls.state(now, 5_000),
    },
    {
      question: 'stems that the Python pipeline left at -1',
      by: 'service',
      asked: 'each hour',
      ask: () => ledger.annotations.openPartialByOthers(annotate),
    },
    {
      question: 'names that were never registered',
      by: 'service',
      asked: 'each minute',
      ask: () => ledger.batches.unregistered(now),
    },
    {
      question: 'spread of scores by night',
      by: 'service',
      asked: 'each stem',
      ask: () => ledger.scoreCounts.nights({ name: VRA, version: 'a1' }, [0, 0.5, 1], 8),
    },
    {
      question: 'newest feature files',
      by: 'service',
      asked: 'each model',
      ask: () => ledger.overview.newestDone('feature', VRA, 5),
    },
    {
      question: 'lvra object',
      by: 'person',
      asked: 'now and then',
      ask: () => [ledger.objects.scores(object), ledger.tns.ofObject(object)],
    },
    {
      question: 'lvra stem',
      by: 'person',
      asked: 'now and then',
      ask: () => [
        some.batch(stem),
        some.offsets(stem),
        some.scores(stem),
        some.objects(stem),
        ledger.events.ofStem(stem),
      ],
    },
    { question: 'lvra quarantine list', by: 'person', asked: 'now and then', ask: () => ledger.quarantine.list() },
    { question: 'lvra dead', by: 'person', asked: 'now and then', ask: () => work.map((each) => each.deadLetters()) },
    {
      question: 'lvra verify: a stem',
      by: 'verify',
      asked: 'each stem of the nights',
      ask: () => ledger.verification.stems.facts(stem),
    },
    {
      question: 'lvra verify: a page of 5,000 objects',
      by: 'verify',
      asked: 'each page of the nights',
      ask: () => ledger.verification.objects.page(object, ['0', '9']),
    },
    {
      question: 'lvra verify: an object',
      by: 'verify',
      asked: 'each object of the nights',
      ask: () => ledger.verification.objects.facts(object, VRA, 'a1', now),
    },
    {
      question: 'opening the ledger',
      by: 'service',
      asked: 'each start',
      ask: () => Ledger.open(database.name, [VRA], { create: false }).close(),
    },
  ];
}

/** Asks the filled ledger at `path` everything, a few times each. */
export function measureQuestions(path: string): QuestionTime[] {
  const ledger = Ledger.open(path, [VRA], { create: false });
  try {
    return questionsOf(ledger).map(({ question, asked, ask }) => {
      const clock: number[] = [];
      const cpu: number[] = [];
      for (let time = 0; time < TIMES; time++) {
        const usage = process.cpuUsage();
        const begun = performance.now();
        ask();
        clock.push(performance.now() - begun);
        const { user, system } = process.cpuUsage(usage);
        cpu.push((user + system) / 1_000);
      }
      return { question, asked, clock: spreadOf(clock), cpu: spreadOf(cpu) };
    });
  } finally {
    ledger.close();
  }
}
