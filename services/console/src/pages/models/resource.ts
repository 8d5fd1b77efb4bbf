import {
  allModels,
  DIFFERENCE_SHARES,
  type Look,
  type ModelComparison,
  type ModelRecord,
  modelComparison,
  modelQuality,
  modelRecord,
} from '@lvra/operations';
import { z } from 'zod';
import { resource } from '../../routes/resource.js';
import { orNotFound } from '../../server/errors.js';
import { type ComparisonData, MODEL_ANSWER, MODELS_ANSWER } from './answers.js';
import { manifestFacts } from './manifest-facts.js';
import { ModelPage } from './model-page.js';
import { ModelsPage } from './models-page.js';
import { MODEL_PARAMS } from './params.js';

const USUAL_PURITY = 0.95;

export const models = resource({
  path: '/models',
  summary: 'The models of every VRA, and how steady their scores are',
  params: z.object({}),
  answer: MODELS_ANSWER,
  async read(look) {
    return { vras: await allModels(look) };
  },
  title: () => 'Models',
  Page: ModelsPage,
});

export const model = resource({
  path: '/models/:vra',
  summary: 'A model: what it is, how its scores are spread, which features are missing, and how another version scores',
  params: MODEL_PARAMS,
  answer: MODEL_ANSWER,
  async read(look, { vra, version, against, purity = USUAL_PURITY, ...rest }) {
    const record = await orNotFound(modelRecord(look, vra, version));
    const first = { vra, version: record.version };
    const second = against === undefined ? undefined : scoredBy(vra, against);
    return {
      ...record,
      manifest: record.manifest && manifestFacts(record.manifest),
      others: await othersOf(look, first),
      quality: await qualityOf(look, record, { threshold: rest.threshold, purity }),
      comparison: second ? comparisonData(await modelComparison(look, { first, second, ...rest })) : null,
    };
  },
  title: ({ vra, version }) => `Model ${vra} ${version}`,
  Page: ModelPage,
});

async function qualityOf(
  look: Look,
  { vra, versions }: ModelRecord,
  wanted: { threshold: number | undefined; purity: number },
) {
  const all = [];
  for (const { version, scores } of versions) {
    if (scores > 0) all.push({ version, ...(await modelQuality(look, vra, { vra, version }, wanted)) });
  }
  return all;
}

/** `a2` is a version of the same VRA, `r0b_next:a2` one of another. */
function scoredBy(vra: string, written: string) {
  const at = written.indexOf(':');
  return at === -1 ? { vra, version: written } : { vra: written.slice(0, at), version: written.slice(at + 1) };
}

/** Every version of any VRA that has scored, but the one that is shown. */
async function othersOf({ ledger, vras }: Look, shown: { vra: string; version: string }) {
  const all = [];
  for (const vra of vras) {
    for (const { version } of await ledger.scoreCounts.versions(vra)) all.push({ vra, version });
  }
  return all.filter(({ vra, version }) => vra !== shown.vra || version !== shown.version);
}

function comparisonData({ scores, ...about }: ModelComparison): ComparisonData {
  if (!scores) return { ...about, scores: null };
  const quantiles = DIFFERENCE_SHARES.map((share, at) => ({ share, difference: scores.quantiles[at] as number }));
  return { ...about, scores: { ...scores, quantiles } };
}
