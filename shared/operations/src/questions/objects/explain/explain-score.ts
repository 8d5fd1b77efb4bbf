import { fileVersionOf } from '@lvra/config';
import { messageOf, STATUS, StemFailed } from '@lvra/core';
import {
  CannotExplain,
  type Explainer,
  type FeatureTable,
  type Manifest,
  type ModelFile,
  quantileOf,
  readFeatureFile,
} from '@lvra/model';
import type { Look } from '../../../open-ledger.js';
import { modelFilesOf, modelOf } from '../../models/models.js';
import type { ScoreRecord } from '../object.js';
import { comparedRows, rowOf } from './compared-rows.js';
import type { ExplainedFeature, ExplainedScore } from './explained-score.js';
import { explainedBy } from './kept-explainers.js';

/** How far the score that the files give may be from the recorded one; ONNX Runtime may sum in another order. */
const CLOSE = 1e-9;

/** What the model was given for a score, and what the score was. */
interface Given {
  readonly manifest: Manifest;
  readonly table: FeatureTable;
  /** In the table. */
  readonly row: number;
  readonly score: number;
}

/** What was found; the score itself is added to it. */
type Found = Pick<ExplainedScore, 'missing' | 'explanation' | 'features'>;

/**
 * What each feature added to a score, from the model file of the recorded version and the feature file of the stem. Where
 * these do not give the recorded score, they are not what gave it, and nothing is explained.
 *
 * @param mostBytes of a model file; one of a larger model is not explained
 */
export async function explainScore(
  look: Pick<Look, 'settings' | 'paths'>,
  record: ScoreRecord,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<ExplainedScore> {
  const { provenanceId, diaSourceId, observedUtc, stem, score, vra, modelVersion } = record;
  const told = (found: Found) => ({
    ...{ provenanceId, diaSourceId, observedUtc, stem, score, vra, modelVersion },
    ...found,
  });
  if (typeof score !== 'number') return told(without('The score is no number.'));
  if (diaSourceId === null) return told(without('The ledger does not tell the source that was scored.'));
  const model = await modelFor(look, vra, modelVersion);
  if (typeof model === 'string') return told(without(model));
  const path = look.paths.features(stem, model.featureSet);
  const stamp = fileVersionOf(path);
  const name = stamp === undefined ? undefined : `${provenanceId} ${score} ${path} ${stamp}`;
  try {
    return await explainedBy(model.file, name, mostBytes, async (explainer) =>
      told(await explain(model.file.manifest, path, { diaSourceId, score }, explainer)),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return told(without(`The model cannot be read: ${messageOf(error)}.`));
  }
}

/** The model of the recorded version; or why there is none. */
async function modelFor(
  { settings }: Pick<Look, 'settings'>,
  vra: string,
  version: string | null,
): Promise<{ readonly file: ModelFile; readonly featureSet: string } | string> {
  if (version === null) return 'The ledger does not tell the version of the model that scored it.';
  const its = settings.vras.find(({ modelName }) => modelName === vra);
  if (!its) return `The settings have no VRA ${vra}, so it is not known here where its models are.`;
  const { folder, models, unusable } = await modelFilesOf(its);
  const file = modelOf(its, models, version);
  if (file) return { file, featureSet: its.features };
  const why = unusable.length > 0 ? `: ${unusable.join('; ')}` : '';
  return `The model that scored it, ${vra} ${version}, is not in ${folder}, the folder of MODEL_PATH${why}.`;
}

async function explain(
  manifest: Manifest,
  path: string,
  { diaSourceId, score }: { readonly diaSourceId: string; readonly score: number },
  explainer: Explainer | CannotExplain,
): Promise<Found> {
  let table: FeatureTable;
  try {
    table = await readFeatureFile(path, manifest);
  } catch (error) {
    if (!(error instanceof StemFailed)) throw error;
    if (error.status === STATUS.inputNotFound) {
      return without('The feature file of its stem is not there any more: the model’s input cannot be told.');
    }
    return without(`The feature file of its stem cannot be used: ${messageOf(error)}.`);
  }
  const row = table.diaSourceIds.indexOf(BigInt(diaSourceId));
  if (row === -1) return without('The feature file of its stem has no row of its source.');
  const unreadable = table.unreadable.get(row);
  if (unreadable !== undefined) return without(`The feature file was changed after the score: ${unreadable}.`);
  return explained({ manifest, table, row, score }, explainer);
}

function explained({ manifest, table, row, score }: Given, explainer: Explainer | CannotExplain): Found {
  const values = rowOf(table, row);
  try {
    if (explainer instanceof CannotExplain) throw explainer;
    const { of, rows } = comparedRows(manifest, table, row);
    if (rows.length === 0) throw new CannotExplain('there is no other row to compare it with');
    const { contributions, score: again, ...found } = explainer.explain(values, rows);
    if (!(Math.abs(again - score) <= CLOSE)) return without(otherwise(again, score));
    return {
      missing: null,
      explanation: { unit: found.unit, base: found.base, value: found.value, comparedWith: { of, rows: found.rows } },
      features: featuresOf(manifest, values, contributions).sort(strongestFirst),
    };
  } catch (error) {
    if (!(error instanceof CannotExplain)) throw error;
    const missing = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
    return { missing, explanation: null, features: featuresOf(manifest, values, undefined) };
  }
}

function featuresOf(
  manifest: Manifest,
  values: Float64Array,
  contributions: Float64Array | undefined,
): ExplainedFeature[] {
  return manifest.features.map((feature, at) => {
    const value = values[at] as number;
    return {
      feature,
      value: Number.isNaN(value) ? null : String(value),
      contribution: contributions?.[at] ?? null,
      quantile: quantileOf(manifest, feature, value) ?? null,
      missingAtImport: manifest.missing?.[feature] ?? null,
    };
  });
}

function strongestFirst(a: ExplainedFeature, b: ExplainedFeature): number {
  return Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0);
}

function otherwise(again: number, score: number): string {
  return (
    `The model and the feature file that are here give ${again}, not the recorded ${score}: they are not what gave it. ` +
    'The file was made anew, the model was replaced under the same version, or the Python pipeline scored it from other numbers.'
  );
}

function without(missing: string): Found {
  return { missing, explanation: null, features: [] };
}
