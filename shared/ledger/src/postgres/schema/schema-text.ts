import type { Questions } from '../../database.js';
import { COMMON_MIGRATIONS, MIGRATION_TABLE } from '../../migration.js';
import { valueQuestion } from '../../statements.js';
import { columnOf, indexesOfVra, STATUS_TABLE } from '../../status-tables.js';
import { ddlOf } from './ddl.js';
import { SCHEMA } from './tables-22.js';

const VRAS = valueQuestion<string>(
  `SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()
   AND table_name = '${STATUS_TABLE.feature}' AND column_name NOT IN ('stem', 'timestamp') ORDER BY ordinal_position`,
);

/** The SQL that makes an empty ledger of this form. */
export async function schemaText(ask: Questions): Promise<string> {
  const vras = await ask.all(VRAS);
  const columns = Object.values(STATUS_TABLE).flatMap((table) =>
    vras.flatMap((vra) => [
      `ALTER TABLE ${table} ADD COLUMN ${columnOf(vra)} bigint;`,
      ...[...indexesOfVra(table, vra)].map(([name, rows]) => `CREATE INDEX "${name}" ON ${table} ${rows};`),
    ]),
  );
  const own = [`${MIGRATION_TABLE};`, SCHEMA, ...COMMON_MIGRATIONS.map(({ sql }) => sql)].map(ddlOf);
  return `${[...own, ...columns].join('\n')}\n`;
}
