import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const DEMO = new URL('../../../../deploy/models/demo/', import.meta.url).pathname;

/** Models that give different scores for the same feature files, by their names in tests. */
export const MODELS = {
  /** The demonstration: 56 features, double. */
  demo: join(DEMO, 'r0b_demo.onnx'),
  /** Three features, double; a row without them has no score. */
  simple: join(DEMO, 'fixtures', 'skl2onnx-double.onnx'),
  /** Not a classifier, so always rejected. */
  regression: join(DEMO, 'fixtures', 'skl2onnx-regression.onnx'),
} as const;

/** Held-out rows in a feature file, and what scikit-learn gave for them. */
export const ROWS = join(DEMO, 'fixtures', 'rows.csv');
export const EXPECTED: { ids: [string, string][]; scores: number[]; simpleScores: number[] } = JSON.parse(
  readFileSync(join(DEMO, 'fixtures', 'expected.json'), 'utf8'),
);

/** A folder of models that is removed when the test ends. */
export class ModelFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'lvra-models-'));

  constructor(context: TestContext) {
    context.after(() => this.remove());
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Of the model `<vra>_<version>`. */
  file(version: string, vra = 'r0b'): string {
    return join(this.path, `${vra}_${version}.onnx`);
  }

  /**
   * Puts a model there as a version of a VRA.
   *
   * @param change of its manifest
   * @returns the path of the .onnx file
   */
  put(model: keyof typeof MODELS, version: string, change: Record<string, unknown> = {}, vra = 'r0b'): string {
    const path = this.file(version, vra);
    const manifest = JSON.parse(readFileSync(MODELS[model].replace('.onnx', '.json'), 'utf8'));
    cpSync(MODELS[model], path);
    writeFileSync(path.replace('.onnx', '.json'), JSON.stringify({ ...manifest, name: vra, version, ...change }));
    return path;
  }
}
