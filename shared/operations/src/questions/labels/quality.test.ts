import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { importPython } from '@lvra/model/testing/import-command';
import { type LabelledScore, Quality } from './quality.js';

/** What scikit-learn says of labelled scores. */
const SCIKIT_LEARN = `
import json, sys
import numpy as np
from sklearn.metrics import precision_recall_curve, precision_score, recall_score
given = json.load(sys.stdin)
scores, positive = np.array(given["scores"]), np.array(given["positive"])
precision, recall, thresholds = precision_recall_curve(positive, scores)
at = lambda threshold: [precision_score(positive, scores >= threshold), recall_score(positive, scores >= threshold)]
def lowest(purity):
    found = np.flatnonzero(precision[:-1] >= purity)
    return [thresholds[found[0]], precision[found[0]], recall[found[0]]] if len(found) > 0 else None
print(json.dumps({"at": [at(t) for t in given["thresholds"]], "lowest": [lowest(p) for p in given["purities"]]}))`;

const THRESHOLDS = [0, 0.1, 0.25, 0.5, 0.5000000000000001, 0.9, 0.999];
const PURITIES = [0, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Scores of which many are equal, in a fixed and odd order. */
function scoresOf(count: number): LabelledScore[] {
  return Array.from({ length: count }, (_, n) => {
    const score = ((n * 7919) % 1000) / 1000;
    return { score, isPositive: (n * 104_729) % 997 < 997 * score ** 0.7 };
  });
}

describe('purity and completeness', () => {
  test('are those of scikit-learn at every threshold, as is the lowest threshold of a wanted purity', async () => {
    const python = await importPython();
    for (const count of [1, 2, 17, 10_000]) {
      const labelled = scoresOf(count);
      const quality = new Quality(labelled);
      const [scores, positive] = [labelled.map(({ score }) => score), labelled.map(({ isPositive }) => isPositive)];
      if (!positive.includes(true)) continue;
      const input = JSON.stringify({ scores, positive, thresholds: THRESHOLDS, purities: PURITIES });
      const { at, lowest } = JSON.parse(
        execFileSync(python, ['-W', 'ignore', '-c', SCIKIT_LEARN], { input }).toString(),
      );
      for (const [n, threshold] of THRESHOLDS.entries()) {
        const { purity, completeness } = quality.at(threshold);
        // Where nothing is taken scikit-learn says 0, and nobody can know.
        assert.deepEqual([purity ?? 0, completeness], at[n], `${count} at ${threshold}`);
      }
      for (const [n, wanted] of PURITIES.entries()) {
        const found = quality.forPurity(wanted);
        assert.deepEqual(
          found && [found.threshold, found.purity, found.completeness],
          lowest[n],
          `${count} for ${wanted}`,
        );
      }
    }
  });

  test('are unknown where nothing is taken, or nothing is positive', () => {
    const none = new Quality([{ score: 0.4, isPositive: false }]);
    assert.deepEqual(none.at(0.5), { threshold: 0.5, taken: 0, purity: null, completeness: null });
    assert.deepEqual(none.at(0.4), { threshold: 0.4, taken: 1, purity: 0, completeness: null });
    assert.equal(none.forPurity(0.5), null);
    assert.equal(new Quality([]).forPurity(0), null);
  });
});
