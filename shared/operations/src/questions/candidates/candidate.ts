import { magnitudeOf } from '@lvra/alerts';
import { utcMsOf } from '@lvra/core';
import { type Fate, type Ledger, THRESHOLDS } from '@lvra/ledger';
import { iso } from '../../iso.js';
import { type Cone, separation } from './cone.js';
import { inHistories } from './histories.js';
import { type NightColumns, NO_FLAGS } from './night/night-columns.js';

/** One score of a night. */
export interface Candidate {
  readonly diaObjectId: string;
  readonly diaSourceId: string | null;
  readonly provenanceId: string;
  readonly stem: string;
  readonly score: number;
  readonly modelVersion: string | null;
  /** Against the same VRA's score of the object's source before; null for its first one. */
  readonly change: number | null;
  /** What it is compared with, if something is: the score of the same source there. */
  readonly other: number | null;
  readonly observedUtc: string | null;
  readonly band: string | null;
  /** nJy, of the difference image. */
  readonly psfFlux: number | null;
  /** AB; null where the flux is not above zero too. */
  readonly magnitude: number | null;
  /** Degrees. */
  readonly ra: number | null;
  readonly decl: number | null;
  /** From the middle of the cone, arcseconds. */
  readonly distance: number | null;
  /** Of the object that this VRA has scored, in all nights. */
  readonly sources: number;
  /** How many sources of the object were brighter than each magnitude; null where it is unknown. */
  readonly brighter: Readonly<Record<string, number>> | null;
  /** The magnitudes that its latest source alone is brighter than; null where it is unknown. */
  readonly first: readonly number[] | null;
  readonly fate: Fate;
  /** Whether it is what Lasair shows of the object. */
  readonly isCurrent: boolean;
  /** From a report that was sent from here, without prefix. */
  readonly tnsName: string | null;
  /** The latest label of the object. */
  readonly label: string | null;
}

/** Rows of a night, and what is shown beside them. */
export interface Chosen {
  readonly vra: string;
  readonly night: NightColumns;
  readonly rows: readonly number[];
  /** What they are compared with, by row. */
  readonly others: Float64Array | undefined;
  readonly named: ReadonlyMap<bigint, string>;
  readonly cone: Cone | undefined;
}

/** The rows with all that is known of them now; those that were removed meanwhile are not among them. */
export async function shownRows(ledger: Ledger, chosen: Chosen): Promise<Candidate[]> {
  const { vra, night, rows, others, named, cone } = chosen;
  const { columns } = night;
  const scores = rows.map((row) => night.fatedAt(row));
  const byObject = new Map<bigint, bigint[]>();
  for (const { id, diaObjectId } of scores) byObject.set(diaObjectId, [...(byObject.get(diaObjectId) ?? []), id]);
  const histories = await inHistories(ledger, vra, byObject);
  const fates = await ledger.fates.of(vra, scores);
  const labels = await ledger.labels.ofObjects([...byObject.keys()]);
  return rows.flatMap((row, at): Candidate[] => {
    const { id, diaObjectId, stem } = scores[at] as (typeof scores)[number];
    const history = histories.get(id);
    if (history === undefined) return [];
    const { fate, isCurrent } = fates.get(id) as { fate: Fate; isCurrent: boolean };
    const [flux, ra, decl] = [columns.flux[row], columns.ra[row], columns.decl[row]].map(orNull);
    const midpoint = orNull(columns.midpoint[row]);
    const source = columns.source[row] as bigint;
    return [
      {
        diaObjectId: String(diaObjectId),
        diaSourceId: source === 0n ? null : String(source),
        ...{ provenanceId: String(id), stem, score: columns.score[row] as number },
        modelVersion: night.versions.all[columns.version[row] as number] ?? null,
        change: orNull(history.change),
        other: orNull(others?.[row]),
        observedUtc: midpoint === null ? null : iso(utcMsOf(midpoint)),
        band: night.bands.all[columns.band[row] as number] ?? null,
        psfFlux: flux ?? null,
        magnitude: typeof flux === 'number' && flux > 0 ? magnitudeOf(flux) : null,
        ...{ ra: ra ?? null, decl: decl ?? null },
        distance: cone && typeof ra === 'number' && typeof decl === 'number' ? separation(cone, ra, decl) : null,
        sources: history.sources,
        ...flagsOf(columns, row),
        ...{ fate, isCurrent, tnsName: named.get(diaObjectId) ?? null, label: labels.get(diaObjectId) ?? null },
      },
    ];
  });
}

function flagsOf(columns: NightColumns['columns'], row: number): Pick<Candidate, 'brighter' | 'first'> {
  const first = columns.first[row] as number;
  if (first === NO_FLAGS) return { brighter: null, first: null };
  return {
    brighter: Object.fromEntries(
      THRESHOLDS.map((magnitude) => [magnitude, columns[`brighter${magnitude}`][row] as number]),
    ),
    first: THRESHOLDS.filter((_, place) => ((first >> place) & 1) === 1),
  };
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
