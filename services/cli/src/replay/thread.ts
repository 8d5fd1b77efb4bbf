import { parentPort, workerData } from 'node:worker_threads';
import { featureSet } from '@lvra/feature/feature-sets';
import { makeFeatureFile } from '@lvra/feature/feature-stage';
import { Model } from '@lvra/predict/model';
import { scoreStem } from '@lvra/predict/score-stem';
import { Ledger } from '@lvra/shared/ledger/ledger';
import type { ReplayedStem } from '@lvra/shared/ledger/replays';
import { dataPaths } from '@lvra/shared/paths';
import type { ReplayJob, ReplayModel } from './job.js';
import { resultOf } from './step.js';

/** What a thread of a replay is told. */
export interface ThreadData {
  readonly job: ReplayJob;
  readonly replayId: bigint;
  readonly dataRoot: string;
}

// A thread of a replay of the feature or predict stage: is given a stem, records it, answers, until it is told to end.
const { job, replayId, dataRoot } = workerData as ThreadData;
const port = parentPort;
if (!port) throw new Error('this is a thread of `lvra replay`, not a program');

const paths = dataPaths(dataRoot);
const ledger = Ledger.open(paths.database, [job.vra], { create: false });
const model = job.model && (await loadModel(job.model));
const features = featureSet(job.features);
const perform = model ? replayScores : replayFeatures;

port.on('message', async (stem: string | undefined) => {
  if (stem === undefined) {
    await model?.close();
    ledger.close();
    port.close();
    return;
  }
  const begun = performance.now();
  const step = () => ({ replayId, stem, vra: job.vra, at: Date.now(), durationMs: performance.now() - begun });
  port.postMessage(
    await resultOf(
      () => perform(stem, step),
      () => ledger.replay.recordMissing(step(), job.stage),
    ),
  );
});
port.postMessage('ready');

type MakeStep = () => Parameters<typeof ledger.replay.recordMissing>[0];

async function replayFeatures(stem: string, step: MakeStep): Promise<ReplayedStem> {
  const { records, quarantined, file } = await makeFeatureFile(stem, paths, ledger.batches.receivedMs(stem), features);
  return ledger.replay.recordFeatures(step(), records, quarantined, file);
}

async function replayScores(stem: string, step: MakeStep): Promise<ReplayedStem> {
  const { rows, unscored } = await scoreStem(stem, model as Model, { ledger, paths, features: features.name });
  const { version } = job.model as ReplayModel;
  const replayed = job.annotate
    ? ledger.replay.recordLiveScores(step(), version, rows, ledger.work('annotate', job.vra))
    : ledger.replay.recordScores(step(), version, rows);
  return { ...replayed, unscored: unscored.length };
}

/** @throws StageMisconfigured, which ends the replay, where it is not the model that the replay began with */
async function loadModel({ path, version, sha256 }: ReplayModel): Promise<Model> {
  const loaded = await Model.load(path);
  if (loaded.manifest.sha256 === sha256) return loaded;
  await loaded.close();
  throw new Error(`${path} was changed while the replay of version ${version} began: run it again`);
}
