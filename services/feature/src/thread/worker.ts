import { parentPort, workerData } from 'node:worker_threads';
import { featureSet } from '@lvra/features';
import { dataPaths } from '@lvra/store';
import { makeFeatureFile } from '../feature-stage.js';
import { type MakeAnswer, type MakeRequest, serializeError, type ThreadData } from './messages.js';

// The thread of `FeatureThread`: gets a stem, makes its feature file, answers.
const { dataRoot, set } = workerData as ThreadData;
const paths = dataPaths(dataRoot);
const features = featureSet(set);

parentPort?.on('message', (request: MakeRequest) => {
  void answer(request).then((made) => parentPort?.postMessage(made));
});

async function answer({ stem, receivedMs, wanted }: MakeRequest): Promise<MakeAnswer> {
  try {
    return { made: await makeFeatureFile(stem, paths, receivedMs, features, wanted) };
  } catch (error) {
    return serializeError(error);
  }
}
