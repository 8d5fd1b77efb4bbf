import type { Column, ColumnType } from '../table.js';

/**
 * The fields of a source and the columns of the filter, as Rubin's alert schema 11.1 and Lasair have them:
 * name | unit | UCD | description. Units of second moments and of the errors of trails are those of what they are measured of.
 */
const NUMBERS = `
  detector              |           | meta.id;instr.det | CCD of the focal plane.
  x                     | pixel     | pos.cartesian.x | Position on the CCD.
  xErr                  | pixel     | stat.error;pos.cartesian.x | Error of x.
  y                     | pixel     | pos.cartesian.y | Position on the CCD.
  yErr                  | pixel     | stat.error;pos.cartesian.y | Error of y.
  ra                    | deg       | pos.eq.ra | Right ascension, ICRS.
  raErr                 | deg       | stat.error;pos.eq.ra | Error of ra.
  dec                   | deg       | pos.eq.dec | Declination, ICRS.
  decl                  | deg       | pos.eq.dec | Declination, ICRS.
  decErr                | deg       | stat.error;pos.eq.dec | Error of the declination.
  ra_dec_Cov            | deg**2    | stat.covariance | Covariance of right ascension and declination.
  apFlux                | nJy       | phot.flux.density | Within 12 pixels, in the difference image.
  apFluxErr             | nJy       | stat.error;phot.flux.density | Error of apFlux.
  snr                   |           | stat.snr | Signal to noise of the detection.
  psfFlux               | nJy       | phot.flux.density | Of a point, in the difference image.
  psfFluxErr            | nJy       | stat.error;phot.flux.density | Error of psfFlux.
  psfLnL                |           | stat.likelihood | Logarithm of the likelihood of the fit of a point.
  psfChi2               |           | stat.fit.chi2 | Chi squared of the fit of a point.
  psfNdata              |           | meta.number | Pixels of the fit of a point.
  trailFlux             | nJy       | phot.flux.density | Of a trail, in the difference image.
  trailFluxErr          | nJy       | stat.error;phot.flux.density | Error of trailFlux.
  trailRa               | deg       | pos.eq.ra | Right ascension of the middle of the trail.
  trailRaErr            | deg       | stat.error;pos.eq.ra | Error of trailRa.
  trailDec              | deg       | pos.eq.dec | Declination of the middle of the trail.
  trailDecErr           | deg       | stat.error;pos.eq.dec | Error of trailDec.
  trailLength           | arcsec    | phys.angSize | Length of the trail.
  trailLengthErr        | arcsec    | stat.error;phys.angSize | Error of trailLength.
  trailAngle            | deg       | pos.posAng | Direction of the trail against the meridian.
  trailAngleErr         | deg       | stat.error;pos.posAng | Error of trailAngle.
  trailChi2             |           | stat.fit.chi2 | Chi squared of the fit of a trail.
  trailNdata            |           | meta.number | Pixels of the fit of a trail.
  trailAlgorithm        |           | meta.code | How the trail was fitted, by number.
  exposureTime          | s         | time.duration;obs.exposure | Exposure.
  dipoleMeanFlux        | nJy       | phot.flux.density | Mean of the absolute fluxes of a dipole's two lobes.
  dipoleMeanFluxErr     | nJy       | stat.error;phot.flux.density | Error of dipoleMeanFlux.
  dipoleFluxDiff        | nJy       | phot.flux.density | Difference of the absolute fluxes of a dipole's two lobes.
  dipoleFluxDiffErr     | nJy       | stat.error;phot.flux.density | Error of dipoleFluxDiff.
  dipoleLength          | arcsec    | phys.angSize | Distance of a dipole's two lobes.
  dipoleAngle           | deg       | pos.posAng | Direction from the negative to the positive lobe against the meridian.
  dipoleChi2            |           | stat.fit.chi2 | Chi squared of the fit of a dipole.
  dipoleNdata           |           | meta.number | Pixels of the fit of a dipole.
  scienceFlux           | nJy       | phot.flux.density | Forced, of a point in the science image.
  scienceFluxErr        | nJy       | stat.error;phot.flux.density | Error of scienceFlux.
  templateFlux          | nJy       | phot.flux.density | Forced, of a point in the template.
  templateFluxErr       | nJy       | stat.error;phot.flux.density | Error of templateFlux.
  ixx                   | arcsec**2 |  | Second moment of the source, adaptive weights.
  iyy                   | arcsec**2 |  | Second moment of the source, adaptive weights.
  ixy                   | arcsec**2 |  | Second moment of the source, adaptive weights.
  ixxPSF                | arcsec**2 |  | Second moment of the PSF there, adaptive weights.
  iyyPSF                | arcsec**2 |  | Second moment of the PSF there, adaptive weights.
  ixyPSF                | arcsec**2 |  | Second moment of the PSF there, adaptive weights.
  extendedness          |           | src.morph | From 0, a point, to 1, extended.
  reliability           |           | stat.probability | Rubin's own: from 0, an artefact, to 1, astrophysical.
  bboxSize              | pixel     | phys.size | Side of the box around the pixels that were detected.
  lastDiaSourceMjdTai   | d         | time.epoch | Time of the object's newest source, MJD in TAI.
  firstDiaSourceMjdTai  | d         | time.epoch | Time of the object's first source, MJD in TAI.
  latestR               |           | stat.probability | Reliability of the newest source, as Lasair rounds it.
  nDiaSources           |           | meta.number | Sources of the object.
  ebv                   | mag       | phot.color.excess | Reddening by the Galaxy, E(B-V).
  absMag                | mag       | phys.magAbs | Absolute magnitude at peak, by Lasair.
  absMagMJD             | d         | time.epoch | Time of absMag, MJD.
  separationArcsec      | arcsec    | pos.angDistance | To the nearest catalogued object, by Sherlock.
  direct_distance       | Mpc       | pos.distance | Of the catalogued object, measured, by Sherlock.
  distance              | Mpc       | pos.distance | Of the catalogued object, by Sherlock.
  z                     |           | src.redshift | Spectroscopic redshift of the catalogued object, by Sherlock.
  photoZ                |           | src.redshift.phot | Photometric redshift of the catalogued object, by Sherlock.
  photoZErr             |           | stat.error;src.redshift.phot | Error of photoZ.
  physical_separation_kpc | kpc     | pos.distance | To the catalogued object at its distance, by Sherlock.
  deltaDiaSourceMjdTai  | d         | time.duration | From the oldest to the newest source of the alert.`;

const FLAGS = `
  centroid_flag | | meta.code.qual | The centroid could not be measured well.
  apFlux_flag | | meta.code.qual | apFlux could not be measured well.
  apFlux_flag_apertureTruncated | | meta.code.qual | The aperture of apFlux reaches beyond the image.
  isNegative | | meta.code | It is fainter than in the template.
  psfFlux_flag | | meta.code.qual | The fit of a point failed.
  psfFlux_flag_edge | | meta.code.qual | Too near to the edge for the fit of a point.
  psfFlux_flag_noGoodPixels | | meta.code.qual | Too few good pixels for the fit of a point.
  trail_flag | | meta.code.qual | The fit of a trail failed.
  trail_flag_edge | | meta.code.qual | The trail reaches the edge of the image.
  forced_PsfFlux_flag | | meta.code.qual | scienceFlux could not be measured.
  forced_PsfFlux_flag_edge | | meta.code.qual | Too near to the edge for scienceFlux.
  forced_PsfFlux_flag_noGoodPixels | | meta.code.qual | Too few good pixels for scienceFlux.
  shape_flag | | meta.code.qual | The second moments could not be measured well.
  shape_flag_no_pixels | | meta.code.qual | No pixels for the second moments.
  shape_flag_not_contained | | meta.code.qual | The centre is outside of the box around the pixels.
  shape_flag_parent_source | | meta.code.qual | It is a blend, whose parts are sources too.
  isDipole | | meta.code | A dipole fits well.
  dipoleFitAttempted | | meta.code | The fit of a dipole was tried.
  glint_trail | | meta.code.qual | It is part of a satellite's glints.
  pixelFlags | | meta.code.qual | The flags of its pixels could not be set.`;

/** What pixelFlags_X says of some pixel of the source; pixelFlags_XCenter of those within 3 by 3 around its centre. */
const PIXEL_FLAGS = {
  ...{ bad: 'is bad', cr: 'was hit by a cosmic ray', edge: 'is at the edge', nodata: 'has no data' },
  ...{
    interpolated: 'is interpolated',
    offimage: 'is off the image',
    saturated: 'is saturated',
    suspect: 'is suspect',
  },
  ...{ streak: 'is in a streak', injected: 'has an injected fake', injected_template: 'has a fake in the template' },
};

const OTHERS = `
  band | | instr.bandpass | Filter: u, g, r, i, z or y.
  reliabilityVersion | | meta.version | Of what gave reliability.
  sherlock_classifications | | src.class | What is catalogued there, by Sherlock.`;

const KNOWN = new Map<string, Column>([
  ...listed(NUMBERS, 'double'),
  ...listed(FLAGS, 'boolean'),
  ...listed(OTHERS, 'text'),
  ...Object.entries(PIXEL_FLAGS).flatMap(([name, what]) => [
    flag(`pixelFlags_${name}`, `A pixel of it ${what}.`),
    flag(`pixelFlags_${name}Center`, `A pixel at its centre ${what}.`),
  ]),
  ...['22', '21', '20', '19', '18'].flatMap((magnitude) => [
    flag(`is_above_${magnitude}`, `A source of the alert is brighter than ${magnitude} mag (AB).`),
    flag(`first_time_${magnitude}`, `Its newest source alone is brighter than ${magnitude} mag (AB).`),
    named(`N_above_${magnitude}`, 'double', null, 'meta.number', `Sources brighter than ${magnitude} mag (AB).`),
  ]),
  named('index', 'int32', null, 'meta.record', 'Place of the alert in its batch, from 0.'),
  named('diaObjectId', 'int64', null, 'meta.id', 'Object, as Rubin numbers it.'),
  named('diaSourceId', 'int64', null, 'meta.id;meta.main', 'Source: one detection of an object.'),
]);

/** A name that message and source of an alert share is the source's with this ending. */
const OF_SOURCE = '_sourceId';

/** What is known of a field of a source, a column of the filter or a feature; undefined if it is none of Rubin's, Lasair's or r0b's. */
export function knownColumn(name: string): Column | undefined {
  const own = KNOWN.get(name);
  if (own || !name.endsWith(OF_SOURCE)) return own;
  const shared = KNOWN.get(name.slice(0, -OF_SOURCE.length));
  return shared && { ...shared, name, description: `Of the newest source: ${shared.description}` };
}

function listed(lines: string, type: ColumnType): (readonly [string, Column])[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', unit = '', ucd = '', description = ''] = line.split('|').map((part) => part.trim());
      return named(name, type, unit || null, ucd || null, description);
    });
}

function flag(name: string, description: string): readonly [string, Column] {
  return named(name, 'boolean', null, 'meta.code.qual', description);
}

function named(
  name: string,
  type: ColumnType,
  unit: string | null,
  ucd: string | null,
  description: string,
): readonly [string, Column] {
  return [name, { name, type, unit, ucd, description }];
}
