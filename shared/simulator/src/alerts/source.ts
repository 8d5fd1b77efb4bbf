import type { Random } from '@lvra/core';
import { APPEARANCES, type Appearance, type Look, PIXEL_FLAGS } from './appearance.js';
import type { Visit } from './survey.js';

/**
 * One diaSource as measured: the fields that differ from source to source, named and in the units of Rubin's schema
 * (fluxes in nJy, positions in degrees, pixels, moments in square arcseconds). NaN was not measured.
 */
export interface DiaSource {
  readonly id: string;
  readonly visit: Visit;
  readonly detector: number;
  readonly ra: number;
  readonly decl: number;
  readonly raErr: number;
  readonly decErr: number;
  readonly raDecCov: number;
  readonly x: number;
  readonly xErr: number;
  readonly y: number;
  readonly yErr: number;
  readonly fluxFlagged: boolean;
  readonly edgeFlagged: boolean;
  readonly apFlux: number;
  readonly apFluxErr: number;
  readonly snr: number;
  readonly psfFlux: number;
  readonly psfFluxErr: number;
  readonly psfChi2: number;
  readonly psfNdata: number;
  readonly trail: Trail | undefined;
  readonly dipole: Dipole | undefined;
  readonly scienceFlux: number;
  readonly scienceFluxErr: number;
  readonly templateFlux: number;
  readonly templateFluxErr: number;
  readonly ixx: number;
  readonly iyy: number;
  readonly ixy: number;
  readonly ixxPSF: number;
  readonly iyyPSF: number;
  readonly ixyPSF: number;
  readonly extendedness: number;
  readonly reliability: number;
  readonly timeProcessed: number;
  readonly bboxSize: number;
  /** Bit n is set if the flag n of `PIXEL_FLAGS` is true. */
  readonly pixelFlags: number;
}

export interface Trail {
  readonly flux: number;
  readonly fluxErr: number;
  readonly ra: number;
  readonly dec: number;
  readonly length: number;
  readonly angle: number;
}

export interface Dipole {
  readonly meanFlux: number;
  readonly meanFluxErr: number;
  readonly fluxDiff: number;
  readonly length: number;
  readonly angle: number;
  readonly chi2: number;
  readonly ndata: number;
}

/** The input of the measurement of a source. */
export interface Exposure {
  readonly id: string;
  readonly visit: Visit;
  readonly detector: number;
  /** The object's position, degrees. */
  readonly ra: number;
  readonly decl: number;
  /** Difference flux with its noise, and its error, nJy. */
  readonly flux: number;
  readonly fluxErr: number;
  /** Flux at the same position in the template, nJy. */
  readonly template: number;
  readonly look: Look;
}

/** Side of a pixel, degrees. */
const PIXEL = 0.2 / 3600;
/** Sides of a detector, pixels. */
const WIDTH = 4072;
const HEIGHT = 4000;
/** The point-source fit uses a square of 41 pixels. */
const FIT_PIXELS = 1681;

/** Measures a source as Rubin's pipeline would; every number is scattered about the value for its look. */
export function measure(exposure: Exposure, random: Random): DiaSource {
  const { visit, flux, fluxErr, template, look } = exposure;
  const appearance = APPEARANCES[look];
  const snr = (Math.abs(flux) / fluxErr) * (0.99 + 0.01 * random.gaussian());
  const offEdge = look === 'detector edge' ? random.exponential(40) : Number.POSITIVE_INFINITY;
  const edgeFlagged = offEdge < 12;
  const fluxFlagged = edgeFlagged || random.chance(appearance.fluxFlagged);
  const shapeFailed = (fluxFlagged && random.chance(0.5)) || random.chance(appearance.shapeFailed);
  // If the centroid fails, its errors are unknown.
  const xErr = fluxFlagged && random.chance(0.2) ? Number.NaN : random.logNormal(3.6, 0.3) / snr;
  const yErr = xErr * random.logNormal(1, 0.12);
  // In the alerts of 2026 raErr is the error on the sky times the cosine of the declination.
  const raErr = xErr * PIXEL * Math.fround(Math.cos((exposure.decl * Math.PI) / 180)) * random.logNormal(1, 0.05);
  const decErr = yErr * PIXEL * random.logNormal(1, 0.05);
  const ra = exposure.ra + (raErr || PIXEL) * random.gaussian();
  const decl = exposure.decl + (decErr || PIXEL) * random.gaussian();
  const apFluxErr = fluxErr * random.between(1.4, 2.6);
  const size = (appearance.sizeScatter + 1.5 / snr) * random.gaussian();
  const elongation = (0.2 + 1 / snr) * random.gaussian();
  const ixxPSF = visit.psfMoment * (1 + 0.03 * random.gaussian());
  const iyyPSF = visit.psfMoment * (0.96 + 0.03 * random.gaussian());
  const ixx = ixxPSF * appearance.size * Math.exp(size + elongation);
  const iyy = iyyPSF * appearance.size * Math.exp(size - elongation);
  const psfNdata = edgeFlagged ? 41 * Math.round(41 - random.between(0, 12)) : FIT_PIXELS;
  return {
    id: exposure.id,
    visit,
    detector: exposure.detector,
    ra,
    decl,
    raErr,
    decErr,
    raDecCov: 0.15 * raErr * decErr * random.gaussian(),
    x: offEdge < WIDTH ? (random.chance(0.5) ? offEdge : WIDTH - offEdge) : random.between(20, WIDTH - 20),
    xErr,
    y: random.between(15, HEIGHT - 15),
    yErr,
    fluxFlagged,
    edgeFlagged,
    apFlux: flux + 0.7 * apFluxErr * random.gaussian(),
    apFluxErr,
    snr,
    psfFlux: flux,
    psfFluxErr: fluxErr,
    psfChi2: psfNdata * reducedChi2(appearance, snr, random),
    psfNdata,
    trail: shapeFailed ? undefined : measureTrail(flux, ra, decl, appearance, random),
    dipole: random.chance(appearance.dipoleFitted) ? measureDipole(flux, fluxErr, random) : undefined,
    scienceFlux: template + flux + 0.4 * fluxErr * random.gaussian(),
    scienceFluxErr: fluxErr * random.between(0.95, 1.02),
    templateFlux: template + 0.15 * fluxErr * random.gaussian(),
    templateFluxErr: fluxErr * random.logNormal(0.14, 0.6),
    ixx: shapeFailed && random.chance(0.45) ? Number.NaN : ixx,
    iyy: shapeFailed && random.chance(0.45) ? Number.NaN : iyy,
    ixy: 0.18 * Math.sqrt(ixx * iyy) * random.gaussian(),
    ixxPSF,
    iyyPSF,
    ixyPSF: 0.08 * visit.psfMoment * random.gaussian(),
    extendedness: shapeFailed ? Number.NaN : Math.exp(appearance.extendedness * Math.log(1 - random.uniform())),
    reliability: reliability(appearance, snr, random),
    timeProcessed: visit.midpoint + random.logNormal(0.0017, 0.12),
    bboxSize: Math.round(random.logNormal(8.7, 0.2) * Math.exp(0.36 * Math.log(snr))),
    pixelFlags: pixelFlags(appearance, random),
  };
}

/** Bright sources show the residuals of the point-spread function's model. */
function reducedChi2(appearance: Appearance, snr: number, random: Random): number {
  const residue = 0.03 * Math.min((snr / 100) ** 2, 600) * random.logNormal(1, 0.8);
  return Math.max(0.8, 1 + 0.035 * random.gaussian()) + appearance.chi2Excess * random.logNormal(1, 1) + residue;
}

/** Rubin's classifier is certain of bright sources, and gives nothing below 0.1. */
function reliability(appearance: Appearance, snr: number, random: Random): number {
  const logit = appearance.reliability + 0.9 * Math.log(snr / 10) + 1.7 * random.gaussian();
  return Math.max(0.1 + 0.01 * random.uniform(), 1 / (1 + Math.exp(-logit)));
}

/**
 * The source with a reliability above 0.5, below which nothing passes Lasair's filter. Other fields of `source` are
 * kept.
 */
export function passFilter(source: DiaSource, look: Look, random: Random): DiaSource {
  let passing = source.reliability;
  while (passing <= 0.5) passing = reliability(APPEARANCES[look], source.snr, random);
  return passing === source.reliability ? source : { ...source, reliability: passing };
}

function measureTrail(flux: number, ra: number, decl: number, appearance: Appearance, random: Random): Trail {
  const length = random.logNormal(appearance.trail, 0.4);
  const offset = (0.03 * length) / 3600;
  return {
    flux: flux * (1.02 + 0.07 * random.gaussian()),
    fluxErr: random.logNormal(10, 1.7),
    ra: ra + offset * random.gaussian(),
    dec: decl + offset * random.gaussian(),
    length,
    angle: random.between(-180, 180),
  };
}

function measureDipole(flux: number, fluxErr: number, random: Random): Dipole {
  const meanFlux = Math.abs(flux) * random.logNormal(3, 0.5);
  const ndata = 2 * random.whole(150, 2300);
  return {
    meanFlux,
    meanFluxErr: fluxErr * random.between(1, 5),
    fluxDiff: random.chance(0.7) ? 0 : flux * random.between(0.1, 0.6),
    length: random.logNormal(0.1, 1),
    angle: random.between(-180, 180),
    chi2: ndata * random.logNormal(2, 1.2),
    ndata,
  };
}

function pixelFlags(appearance: Appearance, random: Random): number {
  let mask = 0;
  for (const [flag, chance] of appearance.flags) {
    if (!random.chance(chance)) continue;
    const bit = PIXEL_FLAGS.indexOf(flag);
    // The flag before a Center flag is the same for the whole footprint, which includes the centre.
    mask |= flag.endsWith('Center') ? 0b11 << (bit - 1) : 1 << bit;
  }
  return mask;
}
