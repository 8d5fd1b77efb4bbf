import { setImmediate as othersGoOn } from 'node:timers/promises';
import type { Fated, FateOfScore, Ledger, RecordedScore } from '@lvra/ledger';
import type { Column, Rows } from '../table.js';
import { column, DIA_OBJECT_ID, DIA_SOURCE_ID, RowsOf, STEM } from './columns.js';
import type { NightTable, Source, WhichRows } from './night-table.js';
import { pagesOf } from './stem-pages.js';

const COLUMNS: readonly Column[] = [
  column('provenanceId', 'int64', 'The score itself: its row in the ledger.', null, 'meta.record'),
  { ...DIA_OBJECT_ID, ucd: 'meta.id' },
  { ...DIA_SOURCE_ID, ucd: 'meta.id;meta.main' },
  column('vra', 'text', 'The virtual research assistant that gave the score.'),
  column('modelVersion', 'text', 'Version of its model.', null, 'meta.version'),
  column('score', 'double', 'From 0 to 1.', null, 'stat.likelihood'),
  STEM,
  column('midpointMjdTai', 'double', 'Middle of the exposure of the source, MJD in TAI.', 'd', 'time.epoch'),
  column('band', 'text', 'Filter of the source: u, g, r, i, z or y.', null, 'instr.bandpass'),
  column('psfFlux', 'double', 'Of the source, in the difference image.', 'nJy', 'phot.flux.density'),
  column('ra', 'double', 'Right ascension of the source, ICRS.', 'deg', 'pos.eq.ra;meta.main'),
  column('decl', 'double', 'Declination of the source, ICRS.', 'deg', 'pos.eq.dec;meta.main'),
  column(
    'fate',
    'text',
    'What had become of it at Lasair when it was exported: accepted, superseded, below_lowest, refused, rejected, dry_run, sent, unanswered or unsent.',
  ),
  column('fateAtMs', 'int64', 'When that was recorded, since 1970-01-01 UTC.', 'ms', 'time'),
];

/** Every score of a night, of all versions, in the order of stems and then as they were recorded. */
export async function scores({ ledger }: Source, { night, vra }: WhichRows): Promise<NightTable> {
  const stems = await ledger.nights.stems(night);
  return {
    name: 'scores',
    description: `Scores of the night ${night.name}${vra === undefined ? '' : ` by ${vra}`}.`,
    columns: COLUMNS,
    ...{ gone: [], unmade: [], unreadable: [] },
    async *rows(): AsyncGenerator<Rows> {
      const last = await ledger.nights.lastId();
      const rows = new RowsOf(COLUMNS);
      for (const page of pagesOf(stems)) {
        const found = await ledger.recorded.of({ ...page, last, vra });
        if (found.length === 0) continue;
        const fates = await fatesOf(ledger, found);
        for (const score of found) rows.add(rowOf(score, fates));
        yield rows.take();
        await othersGoOn();
      }
    },
  };
}

function rowOf(score: RecordedScore, fates: ReadonlyMap<bigint, FateOfScore>): readonly unknown[] {
  const [id, object, source, stem, vra, version, value, midpoint, ra, decl, flux, band, outcome, at] = score;
  const { fate = outcome, fateAt = at } = fates.get(id) ?? {};
  return [id, object, source, vra, version, value, stem, midpoint, band, flux, ra, decl, fate, fateAt];
}

/** Of those without an outcome. */
async function fatesOf(ledger: Ledger, scores: readonly RecordedScore[]): Promise<Map<bigint, FateOfScore>> {
  const byVra = new Map<string, Fated[]>();
  for (const [id, diaObjectId, , stem, vra, , , , , , , , outcome] of scores) {
    if (outcome !== null || typeof diaObjectId !== 'bigint') continue;
    const some = byVra.get(vra) ?? [];
    some.push({ id, diaObjectId, stem });
    byVra.set(vra, some);
  }
  const fates = new Map<bigint, FateOfScore>();
  for (const [vra, some] of byVra) {
    for (const [id, fate] of await ledger.fates.of(vra, some)) fates.set(id, fate);
  }
  return fates;
}
