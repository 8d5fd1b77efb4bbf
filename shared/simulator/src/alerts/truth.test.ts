import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isReal, simulateAlerts, type Truth } from './simulator.js';

/** The fields of the newest source by which an astronomer would judge, besides the number of sources. */
const FIELDS: Record<string, (source: Record<string, number>, count: number) => number | null | undefined> = {
  reliability: (source) => source.reliability,
  chi2: (source) => (source.psfChi2 as number) / (source.psfNdata as number),
  size: (source) => source.ixx && source.ixx / (source.ixxPSF as number),
  extendedness: (source) => source.extendedness,
  template: (source) => (source.templateFlux as number) / Math.abs(source.psfFlux as number),
  trail: (source) => source.trailLength,
  dipole: (source) => Number(source.isDipole),
  saturated: (source) => Number(source.pixelFlags_saturated),
  flagged: (source) => Number(source.psfFlux_flag),
  significance: (source) => source.snr,
  sources: (_, count) => count,
};

interface Example {
  truth: Truth;
  values: Record<string, number | null | undefined>;
}

function examples(seed: number, wanted: number): Example[] {
  const found: Example[] = [];
  for (const { text, truth, diaSourceId } of simulateAlerts({ seed, forms: 'full', meanSources: 14 })) {
    const start = text.indexOf(`{"diaSourceId": ${diaSourceId}`);
    const source = JSON.parse(text.slice(start, text.indexOf('}', start) + 1).replace(/\bNaN\b/g, 'null'));
    const count = Number(/"nDiaSources": (\d+)/.exec(text)?.[1]);
    found.push({
      truth,
      values: Object.fromEntries(Object.entries(FIELDS).map(([name, read]) => [name, read(source, count)])),
    });
    if (found.length === wanted) break;
  }
  return found;
}

/** Naive Bayes on ten bins a field, trained on one set: the log odds of an example to be real. */
function train(set: Example[]): (example: Example) => number {
  const models = Object.keys(FIELDS).map((name) => {
    const sorted = set.flatMap(({ values }) => values[name] ?? []).toSorted((a, b) => a - b);
    const edges = Array.from(
      { length: 9 },
      (_, tenth) => sorted[Math.floor(((tenth + 1) * sorted.length) / 10)] as number,
    );
    const binOf = ({ values }: Example) => {
      const value = values[name];
      return value === null || value === undefined ? 10 : edges.filter((edge) => value > edge).length;
    };
    const counts = Array.from({ length: 11 }, () => [1, 1] as [number, number]);
    for (const example of set) (counts[binOf(example)] as [number, number])[isReal(example.truth) ? 1 : 0]++;
    return (example: Example) => {
      const [bogus, real] = counts[binOf(example)] as [number, number];
      return Math.log(real / bogus);
    };
  });
  return (example) => models.reduce((sum, model) => sum + model(example), 0);
}

/** Area under the ROC curve: the chance that a real example scores higher than a bogus one. */
function areaUnderCurve(set: Example[], score: (example: Example) => number): number {
  const scored = set
    .map((example) => ({ real: isReal(example.truth), score: score(example) }))
    .toSorted((a, b) => a.score - b.score);
  let bogusBelow = 0;
  let pairs = 0;
  for (const { real } of scored) {
    if (real) pairs += bogusBelow;
    else bogusBelow++;
  }
  return pairs / (bogusBelow * (scored.length - bogusBelow));
}

describe('the truth', () => {
  const training = examples(1, 1500);
  const unseen = examples(2, 1500);

  test('can be told from an alert, but not always', () => {
    const area = areaUnderCurve(unseen, train(training));
    assert.ok(area > 0.88 && area < 0.97, `${area}`);
  });

  test('cannot be told from any one field', () => {
    for (const name of Object.keys(FIELDS)) {
      const area = areaUnderCurve(unseen, ({ values }) => values[name] ?? -1);
      assert.ok(Math.max(area, 1 - area) < 0.88, `${name}: ${area}`);
    }
  });

  test('is real for a little over half, and of every kind', () => {
    const real = unseen.filter(({ truth }) => isReal(truth)).length / unseen.length;
    assert.ok(real > 0.5 && real < 0.62, `${real}`);
    assert.equal(new Set(unseen.map(({ truth }) => truth)).size, 8);
  });
});
