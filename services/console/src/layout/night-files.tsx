import { FORMAT_NAMES, type NIGHT_TABLES } from '@lvra/export';

const TABLE_NAMES: Readonly<Record<keyof typeof NIGHT_TABLES, string>> = {
  scores: 'scores',
  features: 'features',
  'light-curves': 'light curves',
  alerts: 'alerts',
};

/** Links to the tables of a night as files. @param night YYYYMMDD */
export function NightFiles({ night }: { night: string }) {
  return (
    <p>
      All of the night, for a notebook:{' '}
      {Object.entries(TABLE_NAMES).map(([table, name], at) => (
        <>
          {at > 0 && ', '}
          <a href={`/api/v1/export/${table}?night=${night}`}>{name}</a>
        </>
      ))}{' '}
      as Parquet; with <code>&amp;format=</code> as {FORMAT_NAMES.filter((format) => format !== 'parquet').join(', ')}.
    </p>
  );
}
