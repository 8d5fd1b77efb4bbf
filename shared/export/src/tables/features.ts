import { columnsOf, rowsOf } from './feature-rows.js';
import { filesOf } from './files-of-stems.js';
import type { NightTable, Source, WhichRows } from './night-table.js';

/**
 * Every row of the feature files of a night, in the order of stems and of their files. A night has the columns that any of its
 * files has; what a file lacks is missing.
 */
export async function features(source: Source, { night, vra }: WhichRows): Promise<NightTable> {
  const set = setOf(source, vra);
  const { files, gone } = await filesOf(source, night, (stem) => source.paths.features(stem, set));
  const columns = await columnsOf(files);
  const unreadable: string[] = [];
  return {
    name: 'features',
    description: `Features (${set}) of the alerts of the night ${night.name}.`,
    columns,
    ...{ gone, unreadable },
    async *rows() {
      for (const file of files) yield await rowsOf(file, columns, unreadable);
    },
  };
}

/** The set of a VRA's features, or of the first one's. */
function setOf({ settings }: Source, vra: string | undefined): string {
  const [first] = settings.vras;
  return (vra === undefined ? first : settings.vras.find(({ modelName }) => modelName === vra))!.features;
}
