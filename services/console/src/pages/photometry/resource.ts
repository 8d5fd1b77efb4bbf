import { oneLightCurve } from '@lvra/export';
import { lightCurve, objectRecord } from '@lvra/operations';
import { resource } from '../../routes/resource.js';
import { NotFound, orNotFound } from '../../server/errors.js';
import { LIGHT_CURVE } from '../object/answer.js';
import { PhotometryPage } from './page.js';
import { LIGHT_CURVE_PARAMS } from './params.js';

export const objectLightCurve = resource({
  path: '/objects/:id/light-curve',
  summary: 'The light curve of an object, as its alerts have it: fluxes in nJy, times in MJD (TAI)',
  params: LIGHT_CURVE_PARAMS,
  answer: LIGHT_CURVE,
  async read(look, { id }) {
    const curve = await lightCurve(look, BigInt(id));
    if (curve.points.length === 0) await orNotFound(objectRecord(look, BigInt(id)));
    return curve;
  },
  title: ({ diaObjectId }) => `Photometry of ${diaObjectId}`,
  Page: PhotometryPage,
  async table(look, { id }) {
    const curve = await lightCurve(look, BigInt(id));
    const { points, missing } = curve;
    // A file without rows would be taken for an object that was never seen.
    if (points.length === 0) throw new NotFound(`There is no light curve of ${id}: ${missing ?? 'it has no points'}.`);
    return { table: oneLightCurve(curve), fileName: `light-curve-${id}`, missing };
  },
});
