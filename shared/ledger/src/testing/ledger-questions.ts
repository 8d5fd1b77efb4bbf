import { nightBegan, STAGES } from '@lvra/core';
import { Ledger } from '../ledger.js';
import { VRA } from './ledger-stages.js';

const LEASE_MS = 30_000;

/** A query of the ledger. */
export interface Question {
  readonly question: string;
  readonly by: 'service' | 'person' | 'verify';
  readonly ask: () => Promise<unknown>;
}

/** The frequent queries of services, and those of an operator. */
export async function questionsOf(ledger: Ledger): Promise<Question[]> {
  const { annotations, flow, history, objects, overview, verification } = ledger;
  const [stem = ''] = await overview.newestDone('predict', VRA, 1);
  const object = (await verification.stems.facts(stem)).scores[0]?.diaObjectId as bigint;
  const work = STAGES.map((stage) => ledger.work(stage, VRA));
  const ofEachStage = (ask: (each: (typeof work)[number]) => readonly Promise<unknown>[]) => () =>
    Promise.all(work.flatMap(ask));
  const now = Date.now();
  return [
    {
      question: 'lvra status, the queries',
      by: 'person',
      ask: async () => [
        await ofEachStage((each) => [overview.of(each.stage, VRA), each.paused(now)])(),
        await overview.quarantined(),
      ],
    },
    {
      question: 'pending',
      by: 'service',
      ask: ofEachStage((each) => [each.pending(now, LEASE_MS)]),
    },
    {
      question: 'claims that are alive',
      by: 'service',
      ask: ofEachStage((each) => [each.releaseClaimsOf(() => false)]),
    },
    {
      question: 'stems of a backfill',
      by: 'service',
      ask: ofEachStage((each) => [each.nextBackfilled(now, LEASE_MS), ledger.backfill.left(each.stage, VRA)]),
    },
    {
      question: 'a scrape: what waits, what is late, what came in and went out tonight',
      by: 'service',
      ask: async () => [
        await ofEachStage(({ stage }) => [flow.waiting(stage, VRA)])(),
        await flow.annotating(VRA, now, nightBegan(now)),
        await flow.alertsSince(nightBegan(now)),
        await flow.lastRegistered(),
        await ledger.positions.seen.lags(),
      ],
    },
    {
      question: 'calls to Lasair left',
      by: 'service',
      ask: () => annotations.calls.state(now, 5_000),
    },
    {
      question: 'stems that the Python pipeline left at -1',
      by: 'service',
      ask: () => annotations.reopenPartialPythonStems(ledger.work('annotate', VRA)),
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
      question: 'what has happened since, and how far those stems are',
      by: 'service',
      ask: async () => [
        await ledger.events.after((await ledger.events.last()) - 100n, 1_000),
        await ledger.recent.each([stem], [VRA]),
      ],
    },
    {
      question: 'versions that have scored',
      by: 'service',
      ask: () => ledger.scoreCounts.versions(VRA),
    },
    {
      question: 'scores of a stem to be compared',
      by: 'service',
      ask: async () => [
        await ledger.compared.stems(stem.slice(0, 8), stem.slice(0, 8)),
        await ledger.compared.ofStem(stem, { vra: VRA, version: 'a1' }),
      ],
    },
    {
      question: 'newest feature files',
      by: 'service',
      ask: () => overview.newestDone('feature', VRA, 5),
    },
    {
      question: 'when files of a stem were made',
      by: 'service',
      ask: async () => [
        await ledger.files.of(stem, { kind: 'batch' }),
        await ledger.files.of(stem, { kind: 'features' }),
      ],
    },
    {
      question: 'lvra object',
      by: 'person',
      ask: async () => [await objects.scores(object), await ledger.tns.ofObject(object)],
    },
    { question: 'flags of an object', by: 'service', ask: () => objects.flags(object, [stem]) },
    {
      question: 'lvra stem',
      by: 'person',
      ask: async () => [
        await history.batch(stem),
        await history.offsets(stem),
        await history.statuses(stem, [VRA]),
        await history.scores(stem),
        await history.objects(stem),
        await ledger.events.ofStem(stem),
      ],
    },
    {
      question: 'a page of the newest stems, of all and of those that need a look',
      by: 'service',
      ask: async () => {
        for (const only of [undefined, 'failed', 'pending', 'dead'] as const) {
          await ledger.recent.newest([VRA], { before: stem, only }, 50);
        }
        for (const { stage } of work) await overview.unfinishedByCode(stage, VRA);
        await flow.scoredSince(VRA, nightBegan(now));
      },
    },
    {
      question: 'a page about a stem',
      by: 'service',
      ask: async () => [
        await history.eachScore(stem),
        await history.quarantined(stem),
        await ledger.quarantinePages.ofStem(stem, 50),
      ],
    },
    {
      question: 'a page of the quarantine',
      by: 'service',
      ask: async () => [
        await ledger.quarantinePages.counts(20_000),
        await ledger.quarantinePages.newest({ all: false, stage: 'feature', reason: 'not_json' }, 50),
        await ledger.quarantinePages.newest({ all: true, before: 1_000n }, 50),
      ],
    },
    {
      question: 'candidates of a night',
      by: 'service',
      ask: async () => {
        const { nights } = ledger;
        const night = { from: stem.slice(0, 9), before: `${stem.slice(0, 9)}~` };
        const last = await nights.lastId();
        const rows = await nights.ofStems(VRA, [stem], last);
        const shown = rows.slice(0, 100).flatMap(([id, diaObjectId]) => ({ id, diaObjectId: diaObjectId!, stem }));
        return [
          await nights.stems(night),
          await nights.withFeatures(VRA, night),
          await nights.after(VRA, night, last - 100n, last),
          await nights.flags([stem]),
          await nights.stemBefore(VRA, stem),
          await nights.stemFrom(VRA, stem),
          await nights.firstIdSince(now - 1_000),
          await nights.histories(VRA, [object]),
          await ledger.fates.of(VRA, shown),
          await ledger.fates.outcomes(shown.map(({ id }) => id)),
          await ledger.tns.names(),
          await ledger.labels.ofObjects([object]),
        ];
      },
    },
    {
      question: 'an export of the scores of a night',
      by: 'service',
      ask: async () => [
        await ledger.events.lastAt(stem.slice(0, 9), `${stem.slice(0, 9)}~`),
        await ledger.recorded.of({ from: stem, to: stem, last: await ledger.nights.lastId(), vra: undefined }),
        await ledger.recorded.of({ from: stem, to: stem, last: await ledger.nights.lastId(), vra: VRA }),
      ],
    },
    { question: 'candidates with a label', by: 'person', ask: () => ledger.labels.newest() },
    {
      question: 'how good a model is by the labels',
      by: 'service',
      ask: async () => [...(await ledger.labels.newestScores({ vra: VRA, version: 'a1' }, [object]))],
    },
    {
      question: 'an export of labelled objects for training',
      by: 'service',
      ask: () => ledger.labels.scored(VRA, [object]),
    },
    {
      question: 'the labels of an object, and an export of all labels',
      by: 'service',
      ask: async () => [
        ...(await ledger.labels.seen([object])),
        await ledger.labels.ofObject(object),
        await ledger.labels.after(0n, 1_000),
      ],
    },
    {
      question: 'the object of a source',
      by: 'service',
      ask: async () => [
        await ledger.nights.newestStems(5),
        await ledger.nights.observed(1n),
        await ledger.nights.objectOfSource(1n, [stem]),
      ],
    },
    { question: 'lvra quarantine list', by: 'person', ask: () => ledger.quarantine.list() },
    { question: 'lvra dead', by: 'person', ask: ofEachStage((each) => [each.deadLetters()]) },
    {
      question: 'lvra verify: a stem',
      by: 'verify',
      ask: () => verification.stems.facts(stem),
    },
    {
      question: 'lvra verify: a page of objects',
      by: 'verify',
      ask: () => verification.objects.page(object, ['0', '9']),
    },
    {
      question: 'lvra verify: some objects',
      by: 'verify',
      ask: () => verification.objects.facts([object], VRA, now),
    },
    {
      question: 'opening the ledger',
      by: 'service',
      ask: async () => (await Ledger.open(ledger.name, [VRA], { create: false })).close(),
    },
  ];
}
