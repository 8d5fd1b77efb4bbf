/** The type of a field's values. */
export const FIELD_TYPE = {
  /** Anything: text, an id, an unknown field. */
  any: 0,
  number: 1,
  /** True or False. */
  flag: 2,
} as const;

export type FieldType = (typeof FIELD_TYPE)[keyof typeof FIELD_TYPE];

/**
 * The numbers among the fields of a source (Rubin's diaSource, alert schema 11.1) and the filter's own columns. Models
 * take these; one text among them would make pandas read the whole column as text.
 */
const NUMBERS =
  `detector x xErr y yErr ra raErr dec decl decErr ra_dec_Cov apFlux apFluxErr snr psfFlux psfFluxErr psfLnL
  psfChi2 psfNdata trailFlux trailFluxErr trailRa trailRaErr trailDec trailDecErr trailLength trailLengthErr trailAngle
  trailAngleErr trailChi2 trailNdata trailAlgorithm exposureTime dipoleMeanFlux dipoleMeanFluxErr dipoleFluxDiff
  dipoleFluxDiffErr dipoleLength dipoleAngle dipoleChi2 dipoleNdata scienceFlux scienceFluxErr templateFlux
  templateFluxErr ixx iyy ixy ixxPSF iyyPSF ixyPSF extendedness reliability bboxSize lastDiaSourceMjdTai
  firstDiaSourceMjdTai latestR nDiaSources ebv absMag absMagMJD separationArcsec direct_distance distance z photoZ
  photoZErr physical_separation_kpc`.split(/\s+/);

/** The flags of a source. */
const FLAGS = `centroid_flag apFlux_flag apFlux_flag_apertureTruncated isNegative psfFlux_flag psfFlux_flag_edge
  psfFlux_flag_noGoodPixels trail_flag trail_flag_edge forced_PsfFlux_flag forced_PsfFlux_flag_edge
  forced_PsfFlux_flag_noGoodPixels shape_flag shape_flag_no_pixels shape_flag_not_contained shape_flag_parent_source
  isDipole dipoleFitAttempted glint_trail pixelFlags pixelFlags_bad pixelFlags_cr pixelFlags_crCenter pixelFlags_edge
  pixelFlags_nodata pixelFlags_nodataCenter pixelFlags_interpolated pixelFlags_interpolatedCenter pixelFlags_offimage
  pixelFlags_saturated pixelFlags_saturatedCenter pixelFlags_suspect pixelFlags_suspectCenter pixelFlags_streak
  pixelFlags_streakCenter pixelFlags_injected pixelFlags_injectedCenter pixelFlags_injected_template
  pixelFlags_injected_templateCenter`.split(/\s+/);

/** The other fields that every source or filter may have. */
const OTHERS = 'diaObjectId diaSourceId band reliabilityVersion sherlock_classifications'.split(' ');

const TYPES = new Map<string, FieldType>([
  ...NUMBERS.map((name) => [name, FIELD_TYPE.number] as const),
  ...FLAGS.map((name) => [name, FIELD_TYPE.flag] as const),
]);

/** The type of the field of this name, of the message or of a source. */
export function fieldType(name: string): FieldType {
  return TYPES.get(name) ?? FIELD_TYPE.any;
}

/** The columns of Rubin's and Lasair's fields, under their own names and, for the source's, with the suffix. */
export const KNOWN_COLUMNS: ReadonlySet<string> = new Set(
  [...NUMBERS, ...FLAGS, ...OTHERS].flatMap((name) => [name, `${name}_sourceId`]),
);
