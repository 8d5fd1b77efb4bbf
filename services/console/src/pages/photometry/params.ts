import { z } from 'zod';
import { idParam, wholeParam } from '../../routes/params.js';

export const LIGHT_CURVE_PARAMS = z.object({
  id: idParam('diaObjectId'),
  page: wholeParam(1, 10_000).meta({ description: 'of the table, from 1; the data is always whole' }),
});
