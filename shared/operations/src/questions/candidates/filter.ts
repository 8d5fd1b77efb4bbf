import { THRESHOLDS } from '@lvra/ledger';
import { type Cone, separation } from './cone.js';
import { type NightColumns, NO_FLAGS } from './night/night-columns.js';

/** Thresholds that a source, or its object, is brighter than: `brighter` by any of its sources, `first` by its latest alone. */
export const FLAGS = THRESHOLDS.flatMap((magnitude) => [`brighter${magnitude}`, `first${magnitude}`] as const);
export type Flag = (typeof FLAGS)[number];

/** What the rows of a night are chosen by; what is undefined chooses none away. */
export interface Filter {
  /** Of the model, as the night numbers them. */
  readonly version?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** AB magnitudes of the difference. */
  readonly brightest?: number | undefined;
  readonly faintest?: number | undefined;
  readonly bands?: readonly string[] | undefined;
  /** All of them. */
  readonly flags?: readonly Flag[] | undefined;
  readonly cone?: Cone | undefined;
  /** Recorded with this ID or a later one. */
  readonly fromId?: bigint | undefined;
}

/** How many rows were left out because a value that they are chosen by is unknown. */
export interface Unknown {
  flags: number;
  band: number;
  magnitude: number;
  position: number;
}

/** Of a flux of 1 nJy. */
const ZERO_POINT = 31.4;
const fluxOf = (magnitude: number) => 10 ** ((ZERO_POINT - magnitude) / 2.5);

/** Those of some rows that pass. */
export function matching(
  night: NightColumns,
  rows: Uint32Array,
  filter: Filter,
): { rows: Uint32Array; unknown: Unknown } {
  const { columns } = night;
  const { version, min = -Infinity, max = Infinity, brightest, faintest, cone, fromId } = filter;
  const bands = filter.bands && new Set(filter.bands.map((band) => night.bands.find(band)));
  const least = faintest === undefined ? 0 : fluxOf(faintest);
  const most = brightest === undefined ? Infinity : fluxOf(brightest);
  const byFlux = brightest !== undefined || faintest !== undefined;
  const tests = (filter.flags ?? []).map((flag) => flagTest(columns, flag));
  const unknown: Unknown = { flags: 0, band: 0, magnitude: 0, position: 0 };
  const passing = rows.filter((row) => {
    if (version !== undefined && columns.version[row] !== version) return false;
    const score = columns.score[row] as number;
    if (score < min || score > max) return false;
    if (fromId !== undefined && (columns.id[row] as bigint) < fromId) return false;
    if (tests.length > 0) {
      if (columns.first[row] === NO_FLAGS) return isUnknown(unknown, 'flags');
      if (!tests.every((holds) => holds(row))) return false;
    }
    if (bands !== undefined) {
      if (columns.band[row] === 0) return isUnknown(unknown, 'band');
      if (!bands.has(columns.band[row])) return false;
    }
    if (byFlux) {
      const flux = columns.flux[row] as number;
      if (Number.isNaN(flux)) return isUnknown(unknown, 'magnitude');
      // What is not above zero has no magnitude: it is fainter than the template.
      if (!(flux > 0 && flux >= least && flux <= most)) return false;
    }
    if (cone === undefined) return true;
    const [ra, decl] = [columns.ra[row] as number, columns.decl[row] as number];
    if (Number.isNaN(ra) || Number.isNaN(decl)) return isUnknown(unknown, 'position');
    // Most are farther away by declination alone.
    return Math.abs(decl - cone.decl) * 3600 <= cone.radius + 1 && separation(cone, ra, decl) <= cone.radius;
  });
  return { rows: passing, unknown };
}

function isUnknown(unknown: Unknown, what: keyof Unknown): false {
  unknown[what]++;
  return false;
}

function flagTest(columns: NightColumns['columns'], flag: Flag): (row: number) => boolean {
  const place = THRESHOLDS.findIndex((magnitude) => flag.endsWith(String(magnitude)));
  if (flag.startsWith('first')) return (row) => (((columns.first[row] as number) >> place) & 1) === 1;
  const counts = columns[`brighter${THRESHOLDS[place] as (typeof THRESHOLDS)[number]}`];
  return (row) => (counts[row] as number) > 0;
}
