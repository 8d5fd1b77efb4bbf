import { parentPort, workerData } from 'node:worker_threads';
import { dataPaths } from '@lvra/shared/paths';
import { featureSet } from './feature-sets.js';
import { makeFeatureFile } from './feature-stage.js';
import { asThrown, type MakeAnswer, type MakeRequest, type ThreadData } from './thread-messages.js';

// The thread of `FeatureThread`: is given a stem, makes its feature file, answers.
const { dataRoot, set } = workerData as ThreadData;
const paths = dataPaths(dataRoot);
const features = featureSet(set);

parentPort?.on('message', async ({ stem, receivedMs }: MakeRequest) => {
  parentPort?.postMessage(await answer(stem, receivedMs));
});

async function answer(stem: string, receivedMs: Float64Array | undefined): Promise<MakeAnswer> {
  try {
    return { made: await makeFeatureFile(stem, paths, receivedMs, features) };
  } catch (error) {
    return asThrown(error);
  }
}
