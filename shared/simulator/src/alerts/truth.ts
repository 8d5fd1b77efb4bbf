/** What a simulated object really is: something in the sky, or an artefact of image and subtraction. */
export type Truth = RealTruth | ArtefactTruth;

export type RealTruth = 'supernova' | 'agn' | 'variable star';

export type ArtefactTruth = 'dipole' | 'subtraction artefact' | 'bright star' | 'detector edge' | 'cosmic ray';

/**
 * The share of each among alerts that pass Lasair's filter on reliability. A little over half is real, as the team
 * finds among the alerts that it vets.
 */
export const TRUTH_SHARES: Readonly<Record<Truth, number>> = {
  supernova: 0.2,
  agn: 0.19,
  'variable star': 0.17,
  dipole: 0.13,
  'subtraction artefact': 0.15,
  'bright star': 0.08,
  'detector edge': 0.04,
  'cosmic ray': 0.04,
};

/** True for what is in the sky; false for every kind of artefact ("bogus"). */
export function isReal(truth: Truth): truth is RealTruth {
  return truth === 'supernova' || truth === 'agn' || truth === 'variable star';
}
