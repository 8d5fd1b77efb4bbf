import type { Random } from '@lvra/core';
import { isReal, type Truth } from './truth.js';

/** The classes of Sherlock that the team's filter lets through. */
export type SherlockClass = 'SN' | 'NT' | 'ORPHAN' | 'UNCLEAR';

/** What Lasair adds to an object from catalogues: Sherlock's class and the host galaxy, and the dust. */
export interface Context {
  readonly classification: SherlockClass;
  /** From the host's centre, arcseconds; null if no host was found. */
  readonly separationArcsec: number | null;
  readonly z: number | null;
  readonly photoZ: number | null;
  readonly photoZErr: number | null;
  /** Luminosity distance, Mpc. */
  readonly distance: number | null;
  readonly physicalSeparationKpc: number | null;
  /** Galactic reddening E(B-V), magnitudes. */
  readonly ebv: number;
  readonly tnsName: string | null;
}

const NOTHING_FOUND = {
  separationArcsec: null,
  z: null,
  photoZ: null,
  photoZErr: null,
  distance: null,
  physicalSeparationKpc: null,
};

const CLASSES: Readonly<Record<'supernova' | 'agn' | 'star' | 'bogus', Record<SherlockClass, number>>> = {
  supernova: { SN: 0.5, NT: 0.1, ORPHAN: 0.35, UNCLEAR: 0.05 },
  agn: { SN: 0.1, NT: 0.35, ORPHAN: 0.4, UNCLEAR: 0.15 },
  star: { SN: 0.05, NT: 0.05, ORPHAN: 0.7, UNCLEAR: 0.2 },
  bogus: { SN: 0.15, NT: 0.1, ORPHAN: 0.67, UNCLEAR: 0.08 },
};

/** Speed of light over H0 = 70 km/s/Mpc, Mpc; deceleration of a flat universe with 0.3 of matter. */
const HUBBLE_DISTANCE = 4283;
const DECELERATION = -0.55;

/** kpc that one arcsecond spans at one Mpc. */
const KPC_PER_ARCSEC_MPC = 1000 / 206265;

/** The context of an object; a host's numbers agree with each other. */
export function contextOf(truth: Truth, year: string, random: Random): Context {
  const classification = random.pick(CLASSES[classesOf(truth)]);
  return {
    classification,
    ...(classification === 'ORPHAN' ? NOTHING_FOUND : host(classification, random)),
    ebv: Math.fround(random.logNormal(0.015, 0.7)),
    tnsName: truth === 'supernova' && random.chance(0.12) ? tnsName(year, random) : null,
  };
}

function classesOf(truth: Truth): keyof typeof CLASSES {
  if (!isReal(truth)) return 'bogus';
  return truth === 'variable star' ? 'star' : truth;
}

/** Most hosts are known by their position alone. */
function host(classification: SherlockClass, random: Random) {
  const separationArcsec = random.exponential(classification === 'NT' ? 0.25 : 1.5);
  if (random.chance(0.7)) return { ...NOTHING_FOUND, separationArcsec };
  const redshift = Math.min(random.logNormal(0.15, 0.6), 1);
  const spectroscopic = random.chance(0.3);
  const distance = redshift * HUBBLE_DISTANCE * (1 + (redshift * (1 - DECELERATION)) / 2);
  return {
    separationArcsec,
    z: spectroscopic ? redshift : null,
    photoZ: spectroscopic ? null : redshift,
    photoZErr: spectroscopic ? null : redshift * random.between(0.05, 0.3),
    distance,
    physicalSeparationKpc: (separationArcsec * distance * KPC_PER_ARCSEC_MPC) / (1 + redshift) ** 2,
  };
}

function tnsName(year: string, random: Random): string {
  const letter = () => String.fromCharCode(97 + random.whole(0, 25));
  return `${year}${letter()}${letter()}${letter()}`;
}
