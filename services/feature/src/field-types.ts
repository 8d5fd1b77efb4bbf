import { decodeString } from '@lvra/shared/json/keys';
import { KIND } from '@lvra/shared/json/kinds';
import type { FieldList } from './fields.js';

/**
 * The fields of a source (Rubin's diaSource, alert schema 11.1) and of the filter's own columns that are numbers or
 * flags. Models take these; one text among them would make the whole feature file useless to a model.
 */
const NUMERIC = new Set(
  `detector x xErr y yErr ra raErr dec decl decErr ra_dec_Cov centroid_flag apFlux apFluxErr apFlux_flag
  apFlux_flag_apertureTruncated isNegative snr psfFlux psfFluxErr psfLnL psfChi2 psfNdata psfFlux_flag
  psfFlux_flag_edge psfFlux_flag_noGoodPixels trailFlux trailFluxErr trailRa trailRaErr trailDec trailDecErr
  trailLength trailLengthErr trailAngle trailAngleErr trailChi2 trailNdata trailAlgorithm exposureTime trail_flag trail_flag_edge dipoleMeanFlux
  dipoleMeanFluxErr dipoleFluxDiff dipoleFluxDiffErr dipoleLength dipoleAngle dipoleChi2 dipoleNdata scienceFlux
  scienceFluxErr forced_PsfFlux_flag forced_PsfFlux_flag_edge forced_PsfFlux_flag_noGoodPixels templateFlux
  templateFluxErr ixx iyy ixy ixxPSF iyyPSF ixyPSF shape_flag shape_flag_no_pixels shape_flag_not_contained
  shape_flag_parent_source extendedness reliability isDipole dipoleFitAttempted bboxSize pixelFlags pixelFlags_bad
  pixelFlags_cr pixelFlags_crCenter pixelFlags_edge pixelFlags_nodata pixelFlags_nodataCenter pixelFlags_interpolated
  pixelFlags_interpolatedCenter pixelFlags_offimage pixelFlags_saturated pixelFlags_saturatedCenter
  pixelFlags_suspect pixelFlags_suspectCenter pixelFlags_streak pixelFlags_streakCenter pixelFlags_injected
  pixelFlags_injectedCenter pixelFlags_injected_template pixelFlags_injected_templateCenter glint_trail
  lastDiaSourceMjdTai firstDiaSourceMjdTai latestR nDiaSources ebv absMag absMagMJD separationArcsec direct_distance
  distance z photoZ photoZErr physical_separation_kpc`.split(/\s+/),
);

/**
 * The first field that should be a number and holds a text that is none, a list or an object, and what it holds.
 * A number between quotes is taken: Lasair writes some of its numbers so.
 */
export function misplacedText(bytes: Buffer, fields: FieldList): { name: string; text: string } | undefined {
  for (let field = 0; field < fields.count; field++) {
    const kind = fields.kind(field);
    if (kind !== KIND.string && kind !== KIND.object && kind !== KIND.array) continue;
    const name = fields.nameOf(bytes, field);
    if (!NUMERIC.has(name)) continue;
    const start = fields.valueStart(field);
    const end = fields.valueEnd(field);
    if (kind === KIND.string && isDecimal(decodeString(bytes, start, end))) continue;
    return { name, text: bytes.toString('utf8', start, Math.min(end, start + 40)) };
  }
  return undefined;
}

function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text);
}
