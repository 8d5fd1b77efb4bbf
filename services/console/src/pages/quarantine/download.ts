import { type Look, quarantinedAlert, quarantinedBytes } from '@lvra/operations';
import type { Hono } from 'hono';
import { idParam } from '../../routes/params.js';
import { NotFound, orNotFound } from '../../server/errors.js';

const NUMBER = idParam('number of an alert in quarantine');

/** Its bytes as they came: a file to be kept, never something that a browser shows, whatever it claims to be. */
export function registerDownload(app: Hono, look: <T>(read: (look: Look) => Promise<T>) => Promise<T>): void {
  app.get('/quarantine/:number/bytes', async (context) => {
    const number = NUMBER.safeParse(context.req.param('number'));
    if (!number.success) throw new NotFound('An alert in quarantine has a whole number.');
    const kept = await look(async (open) =>
      orNotFound(quarantinedBytes(open, await orNotFound(quarantinedAlert(open, BigInt(number.data))))),
    );
    if (kept === undefined) throw new NotFound('Its bytes were not kept, or are gone.');
    return context.body(new Uint8Array(kept.bytes), 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="quarantine-${number.data}.raw"`,
    });
  });
}
