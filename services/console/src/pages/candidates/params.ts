import { ANY_LABEL, FATES, FLAGS, NO_LABEL, OTHER_VERSIONS, positionOf, SORTS, type Sort } from '@lvra/operations';
import { z } from 'zod';
import { isBands, numberParam, wholeParam, wordParam } from '../../routes/params.js';

/** Of a page. */
const ROWS = 100;
const MOST_ROWS = 1_000;
/** Around a position without one, arcseconds. */
export const DEFAULT_RADIUS = 60;

const ALL_SORTS: readonly Sort[] = SORTS.flatMap((each) => [each, `-${each}`] as const);

/** An empty field of a form counts as left out. */
const text = (pattern: RegExp, expected: string) =>
  z
    .string()
    .transform((given, context): string | undefined => {
      const trimmed = given.trim();
      if (trimmed === '') return undefined;
      if (pattern.test(trimmed)) return trimmed;
      context.addIssue({ code: 'custom', message: `is not ${expected}` });
      return z.NEVER;
    })
    .optional()
    .meta({ description: expected });

const BANDS = 'some of the bands ugrizy, each once, such as gr';

const vra = () => text(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'the name of a VRA');

/** Several words, apart by commas. */
const words = <const T extends string>(all: readonly T[]) =>
  z
    .string()
    .transform((given, context): T[] | undefined => {
      const asked = given.split(',').filter(Boolean);
      const known = asked.filter((each): each is T => (all as readonly string[]).includes(each));
      if (known.length === asked.length) return known.length === 0 ? undefined : known;
      context.addIssue({ code: 'custom', message: `is not some of ${all.join(',')}` });
      return z.NEVER;
    })
    .optional();

const cone = z
  .string()
  .transform((given, context) => {
    if (given.trim() === '') return undefined;
    const position = positionOf(given);
    if (position) return { ...position, radius: position.radius ?? DEFAULT_RADIUS };
    context.addIssue({ code: 'custom', message: 'is no position: write ra dec radius, in degrees and arcseconds' });
    return z.NEVER;
  })
  .optional()
  .meta({ description: 'ra, dec in degrees or sexagesimal, and a radius in arcseconds' });

const since = z
  .string()
  .transform((given, context) => {
    if (given.trim() === '') return undefined;
    const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(given) ? Date.parse(given) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    context.addIssue({ code: 'custom', message: 'is no time: write YYYY-MM-DDTHH:MM:SSZ' });
    return z.NEVER;
  })
  .optional()
  .meta({ description: 'ISO 8601, UTC: scores that were recorded then or later' });

/** What candidates are asked with; all of it stands in the address. */
export const PARAMS = z.object({
  vra: vra(),
  night: text(/^\d{4}-?\d{2}-?\d{2}$/, 'a night: YYYYMMDD, on whose noon (UTC) it ends'),
  version: text(/^[ -~]{1,64}$/, 'a version of the model'),
  min: numberParam(-1e9, 1e9),
  max: numberParam(-1e9, 1e9),
  brightest: numberParam(-30, 50),
  faintest: numberParam(-30, 50),
  bands: text(/./, BANDS).refine((given) => given === undefined || isBands(given), `is not ${BANDS}`),
  flags: words(FLAGS),
  fate: wordParam(FATES),
  cone,
  since,
  tns: wordParam(['with', 'without']),
  label: text(/^[A-Za-z0-9_.+/? -]{1,32}$/, `a label, or ${ANY_LABEL} or ${NO_LABEL} for any or none`),
  against: vra().describe(`another VRA, or ${OTHER_VERSIONS} for other versions of the same model`),
  differs: numberParam(0, 1e9),
  rows: wordParam(['objects', 'sources']),
  sort: wordParam(ALL_SORTS),
  after: text(/^\S{1,64}$/, 'the next of the page before'),
  limit: wholeParam(1, MOST_ROWS).transform((given) => given ?? ROWS),
  /** Of the browser, which alone knows what was seen. */
  seen: wordParam(['no', 'yes']),
});

export type CandidatesParams = z.output<typeof PARAMS>;
