import type { ArtefactTruth } from './truth.js';

/** The 21 pixel flags of a diaSource in the order of the schema; a set of them is a bit mask. */
export const PIXEL_FLAGS = [
  'pixelFlags',
  'pixelFlags_bad',
  'pixelFlags_cr',
  'pixelFlags_crCenter',
  'pixelFlags_edge',
  'pixelFlags_nodata',
  'pixelFlags_nodataCenter',
  'pixelFlags_interpolated',
  'pixelFlags_interpolatedCenter',
  'pixelFlags_offimage',
  'pixelFlags_saturated',
  'pixelFlags_saturatedCenter',
  'pixelFlags_suspect',
  'pixelFlags_suspectCenter',
  'pixelFlags_streak',
  'pixelFlags_streakCenter',
  'pixelFlags_injected',
  'pixelFlags_injectedCenter',
  'pixelFlags_injected_template',
  'pixelFlags_injected_templateCenter',
  'glint_trail',
] as const;

export type PixelFlag = (typeof PIXEL_FLAGS)[number];

/** What an image shows at a source: a real point source, or one of the artefacts. */
export type Look = 'point source' | ArtefactTruth;

/** How the measurements of a source come out for one look; each with a scatter, so that looks overlap. */
export interface Appearance {
  /** Mean of the logit of reliability at a signal-to-noise of 10. */
  readonly reliability: number;
  /** Median of psfChi2 / psfNdata above 1. */
  readonly chi2Excess: number;
  /** Median of ixx / ixxPSF, and the scatter of its logarithm. */
  readonly size: number;
  readonly sizeScatter: number;
  /** A uniform number to this power is the extendedness: below 1 towards 1, above 1 towards 0. */
  readonly extendedness: number;
  /** Median of the trail's length, arcseconds. */
  readonly trail: number;
  /** Chance that the shape, and with it the trail, is not measured. */
  readonly shapeFailed: number;
  /** Chance that the centroid and the aperture and point-source fluxes are flagged. */
  readonly fluxFlagged: number;
  /** Chance that a dipole is fitted. */
  readonly dipoleFitted: number;
  /** Median signal-to-noise of the newest source. */
  readonly significance: number;
  readonly flags: readonly (readonly [flag: PixelFlag, chance: number])[];
}

/**
 * The numbers for a point source are those of the alerts of January 2026 as a whole; those for the
 * artefacts follow how each arises: a shifted template gives an elongated pair with much template flux,
 * a cosmic ray is sharper than the optics allow, an edge cuts the fit, a bright star saturates.
 */
export const APPEARANCES: Readonly<Record<Look, Appearance>> = {
  'point source': {
    reliability: 2.6,
    chi2Excess: 0.02,
    size: 0.92,
    sizeScatter: 0.3,
    extendedness: 1.8,
    trail: 1.05,
    shapeFailed: 0.06,
    fluxFlagged: 0.035,
    dipoleFitted: 0.008,
    significance: 12,
    flags: [
      ['pixelFlags_bad', 0.006],
      ['pixelFlags_nodata', 0.018],
      ['pixelFlags_interpolated', 0.027],
      ['pixelFlags_saturated', 0.018],
      ['pixelFlags_suspect', 0.018],
      ['pixelFlags_streak', 0.004],
    ],
  },
  dipole: {
    reliability: 0.4,
    chi2Excess: 0.12,
    size: 1.25,
    sizeScatter: 0.45,
    extendedness: 0.75,
    trail: 1.5,
    shapeFailed: 0.16,
    fluxFlagged: 0.05,
    dipoleFitted: 0.55,
    significance: 10,
    flags: [
      ['pixelFlags_interpolated', 0.05],
      ['pixelFlags_suspect', 0.05],
    ],
  },
  'subtraction artefact': {
    reliability: 0.2,
    chi2Excess: 0.1,
    size: 1.3,
    sizeScatter: 0.5,
    extendedness: 0.65,
    trail: 1.3,
    shapeFailed: 0.15,
    fluxFlagged: 0.05,
    dipoleFitted: 0.06,
    significance: 8,
    flags: [
      ['pixelFlags_bad', 0.01],
      ['pixelFlags_interpolated', 0.04],
    ],
  },
  'bright star': {
    reliability: 0.4,
    chi2Excess: 0.9,
    size: 1.5,
    sizeScatter: 0.6,
    extendedness: 0.6,
    trail: 1.8,
    shapeFailed: 0.2,
    fluxFlagged: 0.15,
    dipoleFitted: 0.12,
    significance: 30,
    flags: [
      ['pixelFlags_interpolated', 0.45],
      ['pixelFlags_interpolatedCenter', 0.1],
      ['pixelFlags_saturated', 0.5],
      ['pixelFlags_saturatedCenter', 0.1],
      ['pixelFlags_suspect', 0.4],
      ['glint_trail', 0.02],
    ],
  },
  'detector edge': {
    reliability: 0.6,
    chi2Excess: 0.15,
    size: 1.2,
    sizeScatter: 0.5,
    extendedness: 0.9,
    trail: 1.5,
    shapeFailed: 0.25,
    fluxFlagged: 0.35,
    dipoleFitted: 0.03,
    significance: 11,
    flags: [
      ['pixelFlags_bad', 0.15],
      ['pixelFlags_edge', 0.45],
      ['pixelFlags_nodata', 0.35],
      ['pixelFlags_interpolated', 0.25],
    ],
  },
  'cosmic ray': {
    reliability: 0.8,
    chi2Excess: 0.12,
    size: 0.45,
    sizeScatter: 0.4,
    extendedness: 1.2,
    trail: 0.8,
    shapeFailed: 0.1,
    fluxFlagged: 0.05,
    dipoleFitted: 0.01,
    significance: 14,
    flags: [
      ['pixelFlags_cr', 0.4],
      ['pixelFlags_crCenter', 0.25],
      ['pixelFlags_interpolated', 0.35],
      ['pixelFlags_interpolatedCenter', 0.25],
    ],
  },
};
