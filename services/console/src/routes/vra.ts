import type { Look } from '@lvra/operations';
import { z } from 'zod';
import { NotFound } from '../server/errors.js';

/** One of the VRAs of the settings; an empty field of a form counts as left out. */
export const vraParam = z
  .string()
  .transform((text) => (text === '' ? undefined : text))
  .optional()
  .meta({ description: 'VRA' });

/** @throws NotFound unless the settings have it */
export function assertVra({ vras }: Pick<Look, 'vras'>, vra: string | undefined): void {
  if (vra === undefined || vras.includes(vra)) return;
  throw new NotFound(`There is no VRA ${vra} in the settings; there are ${vras.join(', ')}.`);
}
