import { type AlertStore, type Epoch, type EpochKind, gatherLightCurves, inOrder, type LightCurve } from '@lvra/alerts';
import { isStem } from '@lvra/core';
import type { Look } from '../../open-ledger.js';

/** The brightness of an object at all times that its alerts tell of. */
export interface ObjectLightCurve {
  /** A decimal string. */
  readonly diaObjectId: string;
  /** Degrees, ICRS; null if no alert of it can be read, as the following. */
  readonly ra: number | null;
  readonly decl: number | null;
  /** Reddening by the Galaxy, E(B-V) in mag; null also if Lasair has none. */
  readonly ebv: number | null;
  /** Its name at TNS; null also if Lasair knew none when it sent the alert. */
  readonly tnsName: string | null;
  readonly firstDiaSourceMjdTai: number | null;
  /** The stems whose batch files it is from, newest first. */
  readonly stems: readonly string[];
  /** In words, why there is nothing, or less than there was; null if it goes back to the object's first source. */
  readonly missing: string | null;
  /** By time. */
  readonly points: readonly Point[];
}

/** One of its epochs. Fluxes are in nJy; what the alert does not say is null. */
export interface Point {
  readonly kind: EpochKind;
  /** A diaSourceId or diaForcedSourceId as a decimal string; null for limits. */
  readonly id: string | null;
  /** Middle of the exposure, MJD TAI. */
  readonly midpointMjdTai: number;
  readonly band: string | null;
  /** Of the difference image, as its error; null for a limit, whose error is the noise of the image. */
  readonly psfFlux: number | null;
  readonly psfFluxErr: number | null;
  readonly scienceFlux: number | null;
  readonly scienceFluxErr: number | null;
  readonly templateFlux: number | null;
  readonly templateFluxErr: number | null;
  readonly snr: number | null;
  /** Of this source, degrees. */
  readonly ra: number | null;
  readonly decl: number | null;
  readonly visit: string | null;
  readonly isNegative: boolean | null;
  /** From 0 for an artefact to 1. */
  readonly reliability: number | null;
  /** Why its flux cannot be used; null if it can. */
  readonly unusable: string | null;
}

/** Each takes a millisecond or two. Only of an object that is much older than what its alerts tell are there more to read. */
const MOST_STEMS = 25;

/** Reads the object's newest alert, and older ones if that does not go back to its first source; each at its place. */
export async function lightCurve(look: Pick<Look, 'ledger' | 'paths'>, diaObjectId: bigint): Promise<ObjectLightCurve> {
  const store = alertStore(look);
  const all = await store.stemsOf(diaObjectId);
  const newest = all.slice(0, MOST_STEMS);
  const found = await gatherLightCurves([diaObjectId], { ...store, stemsOf: async () => newest });
  const { curve, stems = [], missing = null } = found.get(diaObjectId) ?? {};
  const unread =
    all.length > newest.length ? `; only the newest ${MOST_STEMS} of its ${all.length} stems were read` : '';
  return {
    diaObjectId: String(diaObjectId),
    ra: curve?.ra ?? null,
    decl: curve?.decl ?? null,
    ebv: curve?.ebv ?? null,
    tnsName: curve?.tnsName ?? null,
    firstDiaSourceMjdTai: curve?.firstDiaSourceMjdTai ?? null,
    ...{ stems, missing: missing && `${missing}${unread}` },
    points: curve ? pointsOf(curve) : [],
  };
}

/** The batch files of the data folder, and what the ledger says of them. */
export function alertStore({ ledger, paths }: Pick<Look, 'ledger' | 'paths'>): AlertStore {
  return {
    // A row that was written by hand may name anything.
    stemsOf: async (id) => (await ledger.tns.stemsOf(id)).filter(isStem),
    batchFile: async (stem) => paths.batch(stem),
    sizesOf: (stem) => ledger.places.of(stem),
  };
}

/** By time. */
export function pointsOf({ sources, forced }: LightCurve): Point[] {
  return [...sources, ...forced].sort(inOrder).map(pointOf);
}

/** What an alert says of one of its epochs. */
export function pointOf(epoch: Epoch): Point {
  // An export makes millions of them: each in one piece.
  return {
    kind: epoch.kind,
    id: epoch.id ?? null,
    midpointMjdTai: epoch.midpointMjdTai,
    band: epoch.band ?? null,
    psfFlux: epoch.kind === 'limit' ? null : known(epoch.psfFlux),
    psfFluxErr: known(epoch.psfFluxErr),
    scienceFlux: known(epoch.scienceFlux),
    scienceFluxErr: known(epoch.scienceFluxErr),
    templateFlux: known(epoch.templateFlux),
    templateFluxErr: known(epoch.templateFluxErr),
    snr: known(epoch.snr),
    ra: known(epoch.ra),
    decl: known(epoch.decl),
    visit: epoch.visit ?? null,
    isNegative: epoch.isNegative ?? null,
    reliability: known(epoch.reliability),
    unusable: epoch.unusable ?? null,
  };
}

function known(number: number): number | null {
  return Number.isNaN(number) ? null : number;
}
