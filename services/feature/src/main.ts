import { LiveVra, loadSettings, type Settings } from '@lvra/config';
import { featureSet } from '@lvra/features';
import { type CreateTask, isProgram, runProgram, type StageSetup, type StageTask, serveStage } from '@lvra/runtime';
import { createFeatureTask, type FeatureMaker } from './feature-stage.js';
import { ModelColumns } from './model-columns.js';
import { FeatureThread } from './thread/feature-thread.js';

/** @throws UsageError if there is no feature set as the VRA's settings name */
export const createTask: CreateTask = (setup) => taskOf(setup);

/** As `createTask`, but in its own thread, for a process that runs other stages meanwhile. */
export const createThreadedTask: CreateTask = (setup) =>
  taskOf(setup, new FeatureThread(setup.paths.root, setup.vra.features));

function taskOf({ ledger, folder, settings, vra, log, metrics }: StageSetup, maker?: FeatureMaker): StageTask {
  const sharing = settings.vras.filter(({ features }) => features === vra.features);
  const models = new ModelColumns(sharing.map((one) => new LiveVra(one, settings.profile)));
  return createFeatureTask({
    ...{ ledger, folder, log, metrics, ...(maker && { maker }) },
    work: ledger.work('feature', vra.modelName),
    vra: vra.modelName,
    set: featureSet(vra.features),
    siblings: sharing.map(({ modelName }) => modelName).filter((name) => name !== vra.modelName),
    wanted: () => models.read(),
  });
}

/** Runs the feature service, for all VRAs or for one, until SIGTERM or SIGINT. */
export async function serve(settings: Settings, vra?: string): Promise<void> {
  return serveStage('feature', createTask, settings, vra);
}

if (isProgram(import.meta.url)) await runProgram('lvra-feature', () => serve(loadSettings()));
