const RADIANS = Math.PI / 180;
const ARCSEC_A_DEGREE = 3600;

/** A place on the sky, in degrees, and how far around it, in arcseconds. */
export interface Cone {
  readonly ra: number;
  readonly decl: number;
  readonly radius: number;
}

/** How far a place is from the middle of a cone, in arcseconds: exact for small angles, at the poles, and across 0 h. */
export function separation({ ra, decl }: Pick<Cone, 'ra' | 'decl'>, ofRa: number, ofDecl: number): number {
  const north = Math.sin(((ofDecl - decl) / 2) * RADIANS);
  const east = Math.sin(((ofRa - ra) / 2) * RADIANS);
  const haversine = north * north + Math.cos(decl * RADIANS) * Math.cos(ofDecl * RADIANS) * east * east;
  return (2 * Math.asin(Math.min(1, Math.sqrt(haversine))) * ARCSEC_A_DEGREE) / RADIANS;
}
