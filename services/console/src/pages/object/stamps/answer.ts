import { CUTOUTS } from '@lvra/alerts';
import { z } from 'zod';

const number = z.number().nullable();
const text = z.string().nullable();
const id = z.string().regex(/^[0-9]+$/);

const STAMP = z.object({
  name: z.enum(CUTOUTS),
  missing: text.describe('why there is no picture, or no image at all'),
  picture: text.describe('its address, PNG'),
  fits: text.describe('its address, as it came with the alert'),
  bytes: number.describe('of the FITS file'),
  ...{ width: number, height: number },
  unit: text.describe('of the pixels, as the file has it'),
  low: number.describe('what is drawn black'),
  high: number.describe('what is drawn white'),
  arcsecPerPixel: number,
  northFromUp: number.describe('degrees counter-clockwise, with the first row at the bottom'),
  eastFromUp: number,
});

/** The images of one alert of an object, and the way to those of others. */
export const STAMPS = z.object({
  diaSourceId: id.nullable().describe('whose images these are; by default of the newest alert that has some'),
  stem: text,
  missing: text.describe('why there are none'),
  images: z.array(STAMP).readonly(),
  sources: z
    .array(z.object({ diaSourceId: id, stem: z.string(), observedUtc: text }))
    .readonly()
    .describe('whose images are kept, newest first'),
});

export type StampAnswer = z.output<typeof STAMP>;
export type StampsAnswer = z.output<typeof STAMPS>;
