import type { Random } from '@lvra/core';
import { BANDS, type Band, type Visit } from './survey.js';
import type { ArtefactTruth, Truth } from './truth.js';

/** How the difference flux of an object changes with time, in arbitrary units. */
export interface LightCurve {
  /** The flux on a visit; call it once a visit, and backwards in time. */
  fluxOn(visit: Visit): number;
  /** Nothing is visible before this time, MJD in TAI. */
  readonly begins: number;
  /** The template's flux at the same position, in the same unit: a host, or the object itself at another time. */
  readonly template: number;
}

/** Days: the survey is young. */
const LONGEST_HISTORY = 250;

type ByBand = Readonly<Record<Band, number>>;

/** @param newest the middle of the newest visit, MJD in TAI: the light curve is bright enough there */
export function lightCurveOf(truth: Truth, newest: number, random: Random): LightCurve {
  switch (truth) {
    case 'supernova':
      return supernova(newest, random);
    case 'agn':
      return activeNucleus(newest, random);
    case 'variable star':
      return variableStar(newest, random);
    default:
      return artefact(truth, newest, random);
  }
}

/**
 * A supernova as the function of Bazin et al. 2009 (A&A 499, 653), without its constant:
 * f(t) = A exp(-(t - t0)/fall) / (1 + exp(-(t - t0)/rise)).
 * Redder bands peak later and fall more slowly, and a hot early light curve is blue.
 */
function supernova(newest: number, random: Random): LightCurve {
  const rise = random.between(2, 6);
  const fall = random.between(15, 45);
  const temperature = random.gaussian();
  const phase = random.between(-1.5 * rise, 2 * fall);
  const reference = newest - phase;
  const colours = byBand((red) => Math.exp(0.25 * temperature * (red - 2) - 0.08 * (red - 2) ** 2));
  const fluxOn = ({ midpoint, band }: Visit): number => {
    const red = BANDS.indexOf(band);
    const since = midpoint - reference - 1.5 * (red - 2);
    return (colours[band] * Math.exp(-since / (fall * (1 + 0.15 * red)))) / (1 + Math.exp(-since / rise));
  };
  return { fluxOn, begins: reference - 5 * rise, template: random.logNormal(1.5, 1.3) };
}

/**
 * An active nucleus: a damped random walk in magnitude (Kelly et al. 2009, ApJ 698, 895) with the time
 * scales and amplitudes of MacLeod et al. 2010 (ApJ 721, 1014), bluer when brighter. The template shows
 * it at some other state, so that the difference may be negative.
 */
function activeNucleus(newest: number, random: Random): LightCurve {
  const days = random.logNormal(200, 0.5);
  const sigma = random.logNormal(0.17, 0.3);
  const amplitudes = byBand((red) => 1.2 - 0.1 * red);
  const template = 0.5 * sigma * random.gaussian();
  let time = newest;
  let magnitude = template - (random.chance(0.85) ? 1 : -1) * random.between(0.4, 2) * sigma;
  const fluxOn = ({ midpoint, band }: Visit): number => {
    const memory = Math.exp(-Math.abs(midpoint - time) / days);
    magnitude = magnitude * memory + sigma * Math.sqrt(1 - memory * memory) * random.gaussian();
    time = midpoint;
    return Math.exp(-0.4 * Math.LN10 * amplitudes[band] * (magnitude - template)) - 1;
  };
  return { fluxOn, begins: newest - LONGEST_HISTORY, template: 1 };
}

/**
 * A periodic variable star: a steep rise and a slow fall each cycle, as of a pulsating star (the shape
 * is the sawtooth to which the Fourier terms of Simon & Lee 1981, ApJ 248, 291, add up), about a
 * template that is the mean of a few visits.
 */
function variableStar(newest: number, random: Random): LightCurve {
  const period = random.chance(0.6) ? random.between(0.25, 0.9) : random.logNormal(120, 0.8);
  const rising = random.between(0.12, 0.45);
  const amplitudes = byBand((red) => 1.3 - 0.13 * red);
  const mean = random.between(0.05, 0.35);
  // Mostly seen in the brighter half of its cycle, now and then near its minimum.
  const seenAt = random.chance(0.85) ? random.between(0.5 * rising, 0.5 + 0.5 * rising) : random.between(0.9, 1);
  const fluxOn = ({ midpoint, band }: Visit): number => {
    const cycles = seenAt + (midpoint - newest) / period;
    const part = cycles - Math.floor(cycles);
    const height = part < rising ? part / rising : (1 - part) / (1 - rising);
    return amplitudes[band] * (height - mean);
  };
  return { fluxOn, begins: newest - LONGEST_HISTORY, template: 1 / random.between(0.15, 0.7) };
}

interface Recurrence {
  /** Since its first appearance, days (median). */
  readonly days: number;
  readonly negative: number;
  readonly scatter: number;
  /** Median of the template's flux over the size of the residue. */
  readonly template: number;
}

/** How artefacts recur. A cosmic ray needs no light below it; a bright star leaves a small part of itself. */
const RECURRENCE: Readonly<Record<ArtefactTruth, Recurrence>> = {
  dipole: { days: 60, negative: 0.15, scatter: 0.4, template: 11 },
  'subtraction artefact': { days: 80, negative: 0.08, scatter: 0.35, template: 8 },
  'bright star': { days: 50, negative: 0.15, scatter: 0.6, template: 25 },
  'detector edge': { days: 10, negative: 0.15, scatter: 0.6, template: 5 },
  'cosmic ray': { days: 5, negative: 0, scatter: 0.8, template: 0.8 },
};

/** An artefact has no light curve: each visit subtracts a little differently. */
function artefact(truth: ArtefactTruth, newest: number, random: Random): LightCurve {
  const { days, negative, scatter, template } = RECURRENCE[truth];
  return {
    fluxOn: () => (random.chance(negative) ? -1 : 1) * random.logNormal(1, scatter),
    begins: newest - random.logNormal(days, 0.7),
    template: random.logNormal(template, 1),
  };
}

/** @param value from the band's position between 0 (u) and 5 (y) */
function byBand(value: (red: number) => number): ByBand {
  return Object.fromEntries(BANDS.map((band, red) => [band, value(red)])) as ByBand;
}
