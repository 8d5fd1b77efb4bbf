import { z } from 'zod';
import type { View } from '../../plot/light-curve/photometry.js';
import { MEASURES, UNITS } from '../../plot/light-curve/photometry.js';
import { BANDS } from '../../plot/symbols.js';
import { idParam, isBands, numberParam, wordParam } from '../../routes/params.js';

const yesOrNo = wordParam(['0', '1']);
/** In place of bands: of none. */
const NONE = 'none';
export const USUAL_SNR = 3;

const bandsParam = z
  .string()
  .refine((text) => text === NONE || isBands(text), `is not some of ${BANDS.join('')}, each once, or none`)
  .optional()
  .meta({ description: 'such as gri' });

/** How the light curve of an object is looked at; the page's address says it. */
export const OBJECT_PARAMS = z
  .object({
    id: idParam('diaObjectId'),
    unit: wordParam(UNITS).meta({ description: 'µJy or AB magnitude; by default flux' }),
    measure: wordParam(MEASURES).meta({ description: 'the image that the flux is of; by default difference' }),
    forced: yesOrNo.meta({ description: 'forced photometry too; by default 1' }),
    snr: numberParam(1, 10).meta({ description: 'below it a flux has no magnitude, but a limit; by default 3' }),
    bands: bandsParam,
    from: numberParam(0, 1e6).meta({ description: 'MJD (TAI)' }),
    to: numberParam(0, 1e6).meta({ description: 'MJD (TAI)' }),
    nights: yesOrNo.meta({ description: 'one point a night; by default 0' }),
    errors: yesOrNo.meta({ description: 'error bars; by default 1' }),
    source: idParam('diaSourceId').optional(),
    explain: idParam('provenance ID')
      .optional()
      .meta({ description: 'of the score that is to be explained; by default the newest one' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['from'],
    message: 'is not before the end of the times (to)',
  });

export type ObjectParams = z.output<typeof OBJECT_PARAMS>;

export function viewOf(params: ObjectParams): View {
  return {
    unit: params.unit ?? 'flux',
    measure: params.measure ?? 'difference',
    isForcedShown: params.forced !== '0',
    snr: params.snr ?? USUAL_SNR,
    bands: params.bands ? [...(params.bands === NONE ? '' : params.bands)] : null,
    from: params.from ?? null,
    to: params.to ?? null,
    isNightly: params.nights === '1',
    hasErrors: params.errors !== '0',
  };
}

/** The `bands` of the address that shows or hides one more band; undefined for all of them. */
export function bandsWith(view: View, band: string): string | undefined {
  const shown = view.bands ?? BANDS;
  const wanted = BANDS.filter((each) => shown.includes(each) !== (each === band));
  if (wanted.length === BANDS.length) return undefined;
  return wanted.length === 0 ? NONE : wanted.join('');
}
