import { isVraName } from '@lvra/core';
import { z } from 'zod';
import { nightParam, numberParam } from '../../routes/params.js';

const VERSION = z
  .string()
  .max(64)
  .transform((text) => (text === '' ? undefined : text))
  .optional();

export const MODEL_PARAMS = z
  .object({
    vra: z.string().refine(isVraName, 'is not a VRA: write its MODEL_NAME').meta({ description: 'its MODEL_NAME' }),
    version: VERSION.meta({ description: 'by default the one in use' }),
    against: VERSION.meta({ description: 'a version to compare with, or vra:version' }),
    from: nightParam.meta({ description: 'the first night of the comparison; by default the last that both scored' }),
    to: nightParam.meta({ description: 'its last night' }),
    purity: numberParam(0, 1).meta({ description: 'wanted of what a version takes, by labels; by default 0.95' }),
    threshold: numberParam(0, 1).meta({ description: 'which objects cross it; by default LOWEST_SCORE, or 0.5' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['from'],
    message: 'is after the last night',
  });
