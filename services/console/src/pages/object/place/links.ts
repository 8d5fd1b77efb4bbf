import { objectsAtLasair } from '../../../layout/lasair.js';

/** What others have of an object, or of its place. */
export interface Place {
  readonly diaObjectId: string;
  /** Degrees, ICRS; null where nothing says it. */
  readonly ra: number | null;
  readonly decl: number | null;
  /** Its name at TNS. */
  readonly tnsName: string | null;
}

export interface Link {
  readonly name: string;
  readonly href: string;
}

/** Such as AT 2026abc; an alert may say anything. */
const TNS_NAME = /^[A-Za-z0-9 ]{1,30}$/;
/** Arcseconds. */
const RADIUS = 5;

/**
 * Where else to look. Every part of an address that comes from an alert is encoded.
 *
 * @param endpoint of Lasair's API; a server of our own is not for people
 */
export function linksOf({ diaObjectId, ra, decl, tnsName }: Place, endpoint: string | undefined): Link[] {
  const id = encodeURIComponent(diaObjectId);
  const links = [
    { name: 'Lasair', href: `${objectsAtLasair(endpoint)}${id}/` },
    { name: 'Fink', href: `https://lsst.fink-portal.org/${id}` },
    { name: 'ALeRCE', href: `https://lsst.alerce.online/object/${id}?survey=lsst` },
  ];
  if (tnsName !== null && TNS_NAME.test(tnsName)) {
    const name = encodeURIComponent(tnsName.replace(/^(AT|SN)\s*/, ''));
    links.push({ name: `TNS ${tnsName}`, href: `https://www.wis-tns.org/object/${name}` });
  }
  if (ra === null || decl === null) return links;
  const [x, y] = [encodeURIComponent(ra.toFixed(7)), encodeURIComponent(decl.toFixed(7))];
  const near = encodeURIComponent(`${ra.toFixed(7)} ${decl.toFixed(7)}`);
  return [
    ...links,
    {
      name: 'TNS near it',
      href: `https://www.wis-tns.org/search?ra=${x}&decl=${y}&radius=${RADIUS}&coords_unit=arcsec`,
    },
    {
      name: 'SIMBAD',
      href: `https://simbad.cds.unistra.fr/simbad/sim-coo?Coord=${near}&CooFrame=ICRS&Radius=${RADIUS}&Radius.unit=arcsec`,
    },
    {
      name: 'NED',
      href: `https://ned.ipac.caltech.edu/conesearch?search_type=Near%20Position%20Search&in_csys=Equatorial&in_equinox=J2000&ra=${x}d&dec=${y}d&radius=0.1`,
    },
    {
      name: 'Legacy Surveys',
      href: `https://www.legacysurvey.org/viewer?ra=${x}&dec=${y}&layer=ls-dr10&zoom=16&mark=${x},${y}`,
    },
    { name: 'sky map', href: `https://aladin.cds.unistra.fr/AladinLite/?target=${near}&fov=0.02` },
  ];
}
