import { isStem, parseId } from '@lvra/core';
import { z } from 'zod';

/** A diaObjectId or diaSourceId in an address: 64 bits, as text. */
export const idParam = (what: string) =>
  z
    .string()
    .refine((text) => parseId(text) !== undefined, `is not a ${what}: write a whole number of up to 19 digits`)
    .meta({ pattern: '^[0-9]{1,19}$', description: what });

export const stemParam = z
  .string()
  .refine((text) => isStem(text), 'is not a stem: write YYYYMMDD_HHMMSS')
  .meta({ pattern: '^[0-9]{8}_[0-9]{6}$', description: 'stem: the UTC second that names a batch' });

/** A plain decimal number; an empty field of a form counts as left out. */
export const numberParam = (least: number, most: number) =>
  z
    .string()
    .transform((text, context) => {
      if (text.trim() === '') return undefined;
      const number = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i.test(text.trim())
        ? Number(text)
        : Number.NaN;
      if (number >= least && number <= most) return number;
      context.addIssue({ code: 'custom', message: `is not a number from ${least} to ${most}` });
      return z.NEVER;
    })
    .optional()
    .meta({ description: `a number from ${least} to ${most}` });

/** A whole number; an empty field of a form counts as left out. */
export const wholeParam = (least: number, most: number) =>
  numberParam(least, most)
    .refine((number) => number === undefined || Number.isInteger(number), 'is not a whole number')
    .meta({ description: `a whole number from ${least} to ${most}` });

/** Whether these are bands, each once. */
export const isBands = (text: string): boolean => /^[ugrizy]*$/.test(text) && new Set(text).size === text.length;

/** One of several words; an empty field of a form counts as left out. */
export const wordParam = <const T extends string>(words: readonly T[]) =>
  z
    .string()
    .transform((text, context): T | undefined => {
      const word = words.find((each) => each === text);
      if (word !== undefined || text === '') return word;
      context.addIssue({ code: 'custom', message: `is not one of ${words.join(', ')}` });
      return z.NEVER;
    })
    .optional()
    .meta({ description: `one of ${words.join(', ')}` });

/** A night; an empty field of a form counts as left out. */
export const nightParam = z
  .string()
  .transform((text, context): string | undefined => {
    if (text === '') return undefined;
    if (isStem(`${text}_000000`)) return text;
    context.addIssue({ code: 'custom', message: 'is not a night: write YYYYMMDD' });
    return z.NEVER;
  })
  .optional()
  .meta({ description: 'a night, YYYYMMDD' });
