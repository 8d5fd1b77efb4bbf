import type { LoadHook } from 'node:module';

/** A migration as the next release may have it: the release before neither reads nor must write what it adds. */
const MIGRATION = `{
  name: 'of the next release',
  isAdditive: true,
  sql: \`
    ALTER TABLE batch ADD COLUMN of_next_release INTEGER;
    CREATE TABLE next_release (stem TEXT PRIMARY KEY, at INTEGER NOT NULL);
    CREATE INDEX batch_of_next_release ON batch (of_next_release) WHERE of_next_release IS NOT NULL;
  \`,
}`;

const BEFORE = 'export const MIGRATIONS = ';

/** Adds it to the list as that is loaded. */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context);
  if (!url.endsWith('/ledger/dist/migration.js')) return loaded;
  const source = String(loaded.source);
  if (!source.includes(BEFORE)) throw new Error(`${url} has no line ${BEFORE}…, before which a migration can be added`);
  return { ...loaded, source: source.replace(BEFORE, `COMMON_MIGRATIONS.push(${MIGRATION});\n${BEFORE}`) };
};
