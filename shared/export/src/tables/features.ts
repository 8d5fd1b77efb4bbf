import { columnsOf, rowsOf } from './feature-rows.js';
import { filesOf } from './files-of-stems.js';
import type { NightTable, Source, WhichRows } from './night-table.js';

/**
 * Every row of the feature files of a night, in the order of stems and of their files. A night has the columns that any of its
 * files has; what a file lacks is missing.
 */
export async function features(source: Source, { night, vra }: WhichRows): Promise<NightTable> {
  const { modelName, features: set } = vraOrFirst(source, vra);
  const made = await source.ledger.nights.withFeatures(modelName, night);
  const pathOf = (stem: string) => source.paths.features(stem, set);
  const { files, gone, unmade } = await filesOf(source, night, pathOf, (stem) => made.has(stem));
  const columns = await columnsOf(files);
  const unreadable: string[] = [];
  return {
    name: 'features',
    description: `Features (${set}) of the alerts of the night ${night.name}.`,
    columns,
    ...{ gone, unmade, unreadable },
    async *rows() {
      for (const file of files) yield await rowsOf(file, columns, unreadable);
    },
  };
}

/** A VRA, or the first one: features are those of its set. */
function vraOrFirst({ settings }: Source, vra: string | undefined): Source['settings']['vras'][number] {
  const [first] = settings.vras;
  return (vra === undefined ? first : settings.vras.find(({ modelName }) => modelName === vra))!;
}
