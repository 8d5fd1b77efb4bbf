import { pythonFloat } from '@lvra/core';
import { PIXEL_FLAGS } from '../appearance.js';
import type { ForcedSource } from '../object.js';
import type { DiaSource, Dipole, Trail } from '../source.js';

/** A value of a Rubin `float` column as Python prints it: the float32 printed as a double. */
export function singleFloat(value: number): string {
  return pythonFloat(Math.fround(value));
}

/**
 * One element of `diaSourcesList`: the 98 fields of Rubin's schema 11.0 in its order, `dec` renamed
 * `decl` and last, as Lasair writes them.
 *
 * @param isTrigger whether it is the source of this alert; only its ssObjectId is 0, those from the database have null
 */
export function writeSource(source: DiaSource, diaObjectId: string, isTrigger: boolean): string {
  const { fluxFlagged, edgeFlagged, visit } = source;
  return (
    `{"diaSourceId": ${source.id}, "visit": ${visit.number}, "detector": ${source.detector}, ` +
    `"diaObjectId": ${diaObjectId}, "ssObjectId": ${isTrigger ? '0' : 'null'}, "parentDiaSourceId": 0, ` +
    `"midpointMjdTai": ${pythonFloat(visit.midpoint)}, "ra": ${pythonFloat(source.ra)}, ` +
    `"raErr": ${singleFloat(source.raErr)}, "decErr": ${singleFloat(source.decErr)}, ` +
    `"ra_dec_Cov": ${singleFloat(source.raDecCov)}, "x": ${singleFloat(source.x)}, ` +
    `"xErr": ${singleFloat(source.xErr)}, "y": ${singleFloat(source.y)}, "yErr": ${singleFloat(source.yErr)}, ` +
    `"centroid_flag": ${fluxFlagged}, "apFlux": ${singleFloat(source.apFlux)}, ` +
    `"apFluxErr": ${singleFloat(source.apFluxErr)}, "apFlux_flag": ${fluxFlagged}, ` +
    `"apFlux_flag_apertureTruncated": false, "isNegative": ${source.psfFlux < 0}, ` +
    `"snr": ${singleFloat(source.snr)}, "psfFlux": ${singleFloat(source.psfFlux)}, ` +
    `"psfFluxErr": ${singleFloat(source.psfFluxErr)}, "psfLnL": NaN, "psfChi2": ${singleFloat(source.psfChi2)}, ` +
    `"psfNdata": ${source.psfNdata}, "psfFlux_flag": ${fluxFlagged}, "psfFlux_flag_edge": ${edgeFlagged}, ` +
    `"psfFlux_flag_noGoodPixels": false, ${writeTrail(source.trail)}, "trailChi2": NaN, "trailNdata": 0, ` +
    `"trail_flag_edge": false, ${writeDipole(source.dipole)}, "scienceFlux": ${singleFloat(source.scienceFlux)}, ` +
    `"scienceFluxErr": ${singleFloat(source.scienceFluxErr)}, "forced_PsfFlux_flag": ${fluxFlagged}, ` +
    `"forced_PsfFlux_flag_edge": ${edgeFlagged}, "forced_PsfFlux_flag_noGoodPixels": false, ` +
    `"templateFlux": ${singleFloat(source.templateFlux)}, "templateFluxErr": ${singleFloat(source.templateFluxErr)}, ` +
    `"ixx": ${singleFloat(source.ixx)}, "iyy": ${singleFloat(source.iyy)}, "ixy": ${singleFloat(source.ixy)}, ` +
    `"ixxPSF": ${singleFloat(source.ixxPSF)}, "iyyPSF": ${singleFloat(source.iyyPSF)}, ` +
    `"ixyPSF": ${singleFloat(source.ixyPSF)}, "shape_flag": ${source.trail === undefined}, ` +
    `"shape_flag_no_pixels": false, "shape_flag_not_contained": false, "shape_flag_parent_source": false, ` +
    `"extendedness": ${singleFloat(source.extendedness)}, "reliability": ${singleFloat(source.reliability)}, ` +
    `"band": "${visit.band}", "isDipole": ${source.dipole !== undefined}, ` +
    `"dipoleFitAttempted": ${source.dipole !== undefined}, ` +
    `"timeProcessedMjdTai": ${pythonFloat(source.timeProcessed)}, "timeWithdrawnMjdTai": NaN, ` +
    `"bboxSize": ${source.bboxSize}, ${writePixelFlags(source.pixelFlags)}, "decl": ${pythonFloat(source.decl)}}`
  );
}

const NO_TRAIL =
  '"trailFlux": NaN, "trailFluxErr": NaN, "trailRa": NaN, "trailRaErr": NaN, "trailDec": NaN, "trailDecErr": NaN, ' +
  '"trailLength": NaN, "trailLengthErr": NaN, "trailAngle": NaN, "trailAngleErr": NaN';

function writeTrail(trail: Trail | undefined): string {
  if (!trail) return NO_TRAIL;
  return (
    `"trailFlux": ${singleFloat(trail.flux)}, "trailFluxErr": ${singleFloat(trail.fluxErr)}, ` +
    `"trailRa": ${pythonFloat(trail.ra)}, "trailRaErr": NaN, "trailDec": ${pythonFloat(trail.dec)}, ` +
    `"trailDecErr": NaN, "trailLength": ${singleFloat(trail.length)}, "trailLengthErr": NaN, ` +
    `"trailAngle": ${singleFloat(trail.angle)}, "trailAngleErr": NaN`
  );
}

const NO_DIPOLE =
  '"dipoleMeanFlux": NaN, "dipoleMeanFluxErr": NaN, "dipoleFluxDiff": NaN, "dipoleFluxDiffErr": NaN, ' +
  '"dipoleLength": NaN, "dipoleAngle": NaN, "dipoleChi2": NaN, "dipoleNdata": 0';

function writeDipole(dipole: Dipole | undefined): string {
  if (!dipole) return NO_DIPOLE;
  return (
    `"dipoleMeanFlux": ${singleFloat(dipole.meanFlux)}, "dipoleMeanFluxErr": ${singleFloat(dipole.meanFluxErr)}, ` +
    `"dipoleFluxDiff": ${singleFloat(dipole.fluxDiff)}, "dipoleFluxDiffErr": ${singleFloat(2 * dipole.meanFluxErr)}, ` +
    `"dipoleLength": ${singleFloat(dipole.length)}, "dipoleAngle": ${singleFloat(dipole.angle)}, ` +
    `"dipoleChi2": ${singleFloat(dipole.chi2)}, "dipoleNdata": ${dipole.ndata}`
  );
}

/** Few of the possible sets of flags occur, so the text of each is cached. */
const writtenFlags = new Map<number, string>();

function writePixelFlags(mask: number): string {
  let text = writtenFlags.get(mask);
  if (text === undefined) {
    text = PIXEL_FLAGS.map((flag, bit) => `"${flag}": ${(mask & (1 << bit)) !== 0}`).join(', ');
    writtenFlags.set(mask, text);
  }
  return text;
}

/** One element of `diaForcedSourcesList`: the 14 fields of the schema, `dec` renamed `decl` and last. */
export function writeForcedSource(forced: ForcedSource, diaObjectId: string, ra: number, decl: number): string {
  const { visit } = forced;
  return (
    `{"diaForcedSourceId": ${forced.id}, "diaObjectId": ${diaObjectId}, "ra": ${pythonFloat(ra)}, ` +
    `"visit": ${visit.number}, "detector": ${forced.detector}, "psfFlux": ${singleFloat(forced.psfFlux)}, ` +
    `"psfFluxErr": ${singleFloat(forced.psfFluxErr)}, "midpointMjdTai": ${pythonFloat(visit.midpoint)}, ` +
    `"scienceFlux": ${singleFloat(forced.scienceFlux)}, "scienceFluxErr": ${singleFloat(forced.scienceFluxErr)}, ` +
    `"band": "${visit.band}", "timeProcessedMjdTai": ${pythonFloat(visit.midpoint + 0.5)}, ` +
    `"timeWithdrawnMjdTai": NaN, "decl": ${pythonFloat(decl)}}`
  );
}

/** A source of the lite form: what a light curve needs. */
export function writeLiteSource(source: DiaSource): string {
  return (
    `{"psfFlux": ${singleFloat(source.psfFlux)}, "psfFluxErr": ${singleFloat(source.psfFluxErr)}, ` +
    `"midpointMjdTai": ${pythonFloat(source.visit.midpoint)}, "band": "${source.visit.band}", ` +
    `"reliability": ${singleFloat(source.reliability)}}`
  );
}

export function writeLiteForcedSource(forced: ForcedSource): string {
  return (
    `{"psfFlux": ${singleFloat(forced.psfFlux)}, "psfFluxErr": ${singleFloat(forced.psfFluxErr)}, ` +
    `"midpointMjdTai": ${pythonFloat(forced.visit.midpoint)}, "band": "${forced.visit.band}"}`
  );
}
