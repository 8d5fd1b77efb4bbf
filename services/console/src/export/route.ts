import type { Settings } from '@lvra/config';
import { isStem } from '@lvra/core';
import { checkVra, FORMAT_NAMES, FORMATS, NIGHT_TABLES, type NightTableName } from '@lvra/export';
import { type Look, nightNamed } from '@lvra/operations';
import type { Logger } from '@lvra/telemetry';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { FileRoute } from '../routes/open-api.js';
import { wordParam } from '../routes/params.js';
import { API, askedOf, checked, sayMissing } from '../routes/register.js';
import { vraParam } from '../routes/vra.js';
import { NotFound } from '../server/errors.js';
import { OneExport } from './one-export.js';
import { placesOf } from './order.js';

const TABLES = Object.keys(NIGHT_TABLES) as NightTableName[];

const PARAMS = z.object({
  table: z.enum(TABLES).meta({ description: `one of ${TABLES.join(', ')}` }),
  night: z
    .string('is missing: write a night as YYYYMMDD')
    .refine((text) => isStem(`${text}_000000`), 'is not a night: write YYYYMMDD')
    .meta({ description: 'a night, YYYYMMDD: from noon to noon (UTC), with the date on which it ends' }),
  format: wordParam(FORMAT_NAMES).meta({ description: `one of ${FORMAT_NAMES.join(', ')}; by default parquet` }),
  vra: vraParam.meta({
    description: 'VRA: its scores, or its features; by default the scores of all, and the features of the first',
  }),
});

/** A table of a night, as a file. */
export const EXPORT: FileRoute = {
  path: '/export/:table',
  summary: 'A table of a night as a file, as `lvra export` writes it; one is made at a time',
  params: PARAMS,
  formats: FORMAT_NAMES,
};

interface ExportParts {
  readonly settings: Settings;
  readonly log: Logger;
  readonly look: <T>(read: (look: Look) => Promise<T>) => Promise<T>;
  /** Exports end with it. */
  readonly end: AbortSignal;
}

export function registerExport(app: Hono, { settings, log, look, end }: ExportParts): void {
  const exports = new OneExport(end, (why) => log.error(`an export was broken off: ${why}`));
  app.get(`${API}${EXPORT.path}`, async (context) => {
    const { table, night: name, format = 'parquet', vra } = checked(PARAMS, askedOf(context));
    const night = nightNamed(name!);
    const stems = await look(async (open) => {
      checkVra(open, table, vra);
      return (await open.ledger.nights.stems(night)).filter(({ stem }) => isStem(stem));
    });
    if (stems.length === 0) throw new NotFound(`The night ${name} has no stems.`);
    const { mediaType, extension } = FORMATS[format];
    const of = vra === undefined ? table : `${table}-${vra}`;
    const headers = {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="${of}-${name}.${extension}"`,
    };
    if (context.req.method === 'HEAD') return context.body(null, 200, headers);
    const { bytes, gone, unmade } = await exports.begin(
      { table, night: name!, format, vra, ...placesOf(settings) },
      context.req.raw.signal,
    );
    if (gone + unmade === stems.length) {
      await bytes.cancel();
      throw new NotFound(
        gone === 0
          ? `No file of the night ${name} is made yet.`
          : `The files of the night ${name} are gone: \`lvra prune\` removes those of old nights.`,
      );
    }
    const missing = [
      ...(gone > 0 ? [`what was in the files of ${gone} of ${stems.length} stems, which are gone`] : []),
      ...(unmade > 0 ? [`${unmade} of ${stems.length} stems, whose files are not made yet`] : []),
    ];
    sayMissing(context, missing.join('; ') || null);
    return context.body(bytes, 200, headers);
  });
}
