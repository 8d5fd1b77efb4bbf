import avro from 'avsc';

/** The images that an alert may have, as people look at them: the night's, the one before, and what has changed. */
export const CUTOUTS = ['science', 'template', 'difference'] as const;
export type CutoutName = (typeof CUTOUTS)[number];

/** The images of one alert. */
export interface AlertCutouts {
  readonly diaObjectId: bigint;
  /** In decimal digits. */
  readonly diaSourceId: string;
  /** Each is a FITS file as it came; null if the alert has none. */
  readonly images: Readonly<Record<CutoutName, Buffer | null>>;
}

/** A record of a file of cutouts: field names are those of Rubin's alerts. */
export interface CutoutRecord {
  readonly diaObjectId: string;
  readonly diaSourceId: string;
  readonly cutoutDifference: Buffer | null;
  readonly cutoutScience: Buffer | null;
  readonly cutoutTemplate: Buffer | null;
}

const OPTIONAL_BYTES: avro.Schema = ['null', 'bytes'];

/** Ids as text, because many Avro readers turn longs into doubles. */
export const CUTOUT_RECORD = avro.Type.forSchema({
  type: 'record',
  name: 'lvra.cutouts',
  fields: [
    { name: 'diaObjectId', type: 'string' },
    { name: 'diaSourceId', type: 'string' },
    { name: 'cutoutDifference', type: OPTIONAL_BYTES },
    { name: 'cutoutScience', type: OPTIONAL_BYTES },
    { name: 'cutoutTemplate', type: OPTIONAL_BYTES },
  ],
});
