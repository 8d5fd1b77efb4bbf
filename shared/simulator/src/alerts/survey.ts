import { hashed } from '@lvra/core';

/** Rubin's filters, from blue to red. */
export const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const;

export type Band = (typeof BANDS)[number];

/** One exposure of the camera: what all its sources share. */
export interface Visit {
  /** The observing day as an MJD: its date is the one at noon in Chile before the night. */
  readonly night: number;
  /** The exposure's number within the night, from 1. */
  readonly sequence: number;
  /** Rubin's visit number: the observing day's date and five digits of sequence. */
  readonly number: string;
  /** Middle of the exposure, MJD in TAI. */
  readonly midpoint: number;
  readonly band: Band;
  /** The index of the field that the telescope observes. */
  readonly field: number;
  /** Flux error of a faint point source on the difference image, nJy. */
  readonly skyError: number;
  /** Second moment of the point-spread function along one axis, square arcseconds. */
  readonly psfMoment: number;
}

/** Centres of Rubin's deep drilling fields, degrees J2000: ELAIS-S1, XMM-LSS, CDFS, EDF-S a and b, COSMOS. */
const FIELDS: readonly (readonly [ra: number, decl: number])[] = [
  [9.45, -44.02],
  [35.57, -4.82],
  [52.98, -28.12],
  [58.9, -49.32],
  [63.6, -47.6],
  [150.11, 2.23],
];

const FIRST_SEQUENCE = 31;
const VISITS_A_FIELD = 120;
const VISITS_A_NIGHT = FIELDS.length * VISITS_A_FIELD;
/** Exposures between two changes of the filter. */
const VISITS_A_BAND = 15;
/** From one exposure to the next: 30 s of light, readout and slew. */
const CADENCE_SECONDS = 39;
const SECONDS_A_DAY = 86400;

/** How often each filter is up, and the 5-sigma depth of one visit in it (Ivezić et al. 2019, ApJ 873, 111). */
const FILTERS: Readonly<Record<Band, { readonly share: number; readonly depth: number }>> = {
  u: { share: 0.05, depth: 23.9 },
  g: { share: 0.26, depth: 25.0 },
  r: { share: 0.2, depth: 24.7 },
  i: { share: 0.28, depth: 24.0 },
  z: { share: 0.16, depth: 23.3 },
  y: { share: 0.05, depth: 22.1 },
};

/** The subtraction adds the template's noise, and commissioning conditions are not the design's. */
const ERROR_OVER_DESIGN = 1.6;

/** nJy of an AB magnitude. */
export function fluxOfMagnitude(magnitude: number): number {
  return Math.exp((31.4 - magnitude) * 0.4 * Math.LN10);
}

/**
 * A survey of a few fields, each seen for some 80 minutes of every night, one after the other. A visit depends only on
 * seed, night and sequence, so every object has the same visits.
 */
export class Survey {
  private readonly dates = new Map<number, string>();
  private readonly firstNight: number;
  /** From the observing day's 0h to the night's first exposure, days. */
  private readonly dusk: number;

  /**
   * @param seed the weather's
   * @param start the first exposure of the first night, MJD in TAI
   */
  constructor(
    private readonly seed: number,
    start: number,
  ) {
    this.firstNight = Math.floor(start - 0.5);
    this.dusk = start - this.firstNight;
  }

  /** The visit at an index in the stream of all visits, from 0. */
  visitAt(place: number): Visit {
    return this.visit(this.firstNight + Math.floor(place / VISITS_A_NIGHT), FIRST_SEQUENCE + (place % VISITS_A_NIGHT));
  }

  /** The visit `steps` exposures later (earlier, if negative) on the same field in the same night, if there is one. */
  neighbour(visit: Visit, steps: number): Visit | undefined {
    const sequence = visit.sequence + steps;
    return this.fieldAt(sequence) === visit.field ? this.visit(visit.night, sequence) : undefined;
  }

  /**
   * A visit to the same field some nights before.
   *
   * @param moment the fraction of the field's time of the night, from 0 up to but not 1
   */
  earlier(visit: Visit, nights: number, moment: number): Visit {
    const sequence = FIRST_SEQUENCE + visit.field * VISITS_A_FIELD + Math.floor(moment * VISITS_A_FIELD);
    return this.visit(visit.night - nights, sequence);
  }

  /** The centre of a field, degrees. */
  centre(field: number): readonly [ra: number, decl: number] {
    return FIELDS[field] as readonly [number, number];
  }

  private fieldAt(sequence: number): number {
    return Math.floor((sequence - FIRST_SEQUENCE) / VISITS_A_FIELD);
  }

  private visit(night: number, sequence: number): Visit {
    const place = night * 1024 + sequence;
    const block = Math.floor(sequence / VISITS_A_BAND);
    const band = this.bandOf(night, block);
    const weather = hashed(this.seed, night * 64 + block, 2) + hashed(this.seed, place, 3);
    const seeing = 0.6 * hashed(this.seed, night * 64 + block, 4) + 0.4 * hashed(this.seed, place, 5);
    const delay = 6 * hashed(this.seed, place, 6);
    return {
      night,
      sequence,
      number: this.dateOf(night) + String(sequence).padStart(5, '0'),
      midpoint: night + this.dusk + ((sequence - FIRST_SEQUENCE) * CADENCE_SECONDS + delay) / SECONDS_A_DAY,
      band,
      field: this.fieldAt(sequence),
      skyError: (fluxOfMagnitude(FILTERS[band].depth) / 5) * ERROR_OVER_DESIGN * Math.exp(0.5 * (weather - 1)),
      psfMoment: 0.11 * Math.exp(1.6 * seeing),
    };
  }

  private bandOf(night: number, block: number): Band {
    let left = hashed(this.seed, night * 64 + block, 1);
    for (const band of BANDS) {
      left -= FILTERS[band].share;
      if (left < 0) return band;
    }
    return 'i';
  }

  private dateOf(night: number): string {
    let date = this.dates.get(night);
    if (date === undefined) {
      date = new Date((night - 40587) * SECONDS_A_DAY * 1000).toISOString().slice(0, 10).replaceAll('-', '');
      this.dates.set(night, date);
    }
    return date;
  }
}
