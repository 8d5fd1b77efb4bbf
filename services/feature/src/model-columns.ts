import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileVersionOf, type LiveVra } from '@lvra/config';

/**
 * The columns that the models of some VRAs take, by the manifests in the folder of each one's MODEL_PATH: the limits of
 * a feature file do not apply to these.
 */
export class ModelColumns {
  readonly #vras: readonly LiveVra[];
  #columns: ReadonlySet<string> = new Set();
  #stamp: string | undefined;

  constructor(vras: readonly LiveVra[]) {
    this.#vras = vras;
  }

  /** Costs only a few stat calls if no folder has changed. */
  read(): ReadonlySet<string> {
    const folders = [...new Set(this.#vras.map((vra) => dirname(vra.read().modelPath)))];
    const stamps = folders.map((folder) => `${folder} ${fileVersionOf(folder)}`);
    const stamp = stamps.some((one) => one.endsWith('undefined')) ? undefined : stamps.join('\n');
    if (stamp === undefined || stamp !== this.#stamp) this.#columns = new Set(folders.flatMap(columnsIn));
    this.#stamp = stamp;
    return this.#columns;
  }
}

/** None for a folder or a manifest that cannot be read: the predict stage reports the error. */
function columnsIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => featuresIn(join(folder, name)));
}

function featuresIn(manifest: string): string[] {
  try {
    const { features } = JSON.parse(readFileSync(manifest, 'utf8')) as { features?: unknown };
    return Array.isArray(features) ? features.filter((feature) => typeof feature === 'string') : [];
  } catch {
    return [];
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
