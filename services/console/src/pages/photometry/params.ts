import { z } from 'zod';
import { idParam, numberParam } from '../../routes/params.js';

export const LIGHT_CURVE_PARAMS = z.object({
  id: idParam('diaObjectId'),
  page: numberParam(1, 10_000).meta({ description: 'of the table, from 1; the data is always whole' }),
});
