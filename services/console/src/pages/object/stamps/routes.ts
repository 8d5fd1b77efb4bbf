import { CUTOUTS, type CutoutName, FitsUnreadable, isGzip, readFitsImage } from '@lvra/alerts';
import { type Look, objectCutouts, objectRecord } from '@lvra/operations';
import type { Context, Hono } from 'hono';
import { idParam } from '../../../routes/params.js';
import { API } from '../../../routes/register.js';
import { NotFound, orNotFound, Refusal } from '../../../server/errors.js';
import { limitsOf, pictureOf } from './picture.js';

const fileOf = (ending: string) => `:file{(?:${CUTOUTS.join('|')})\\.${ending}}`;
const ID = idParam('diaObjectId or diaSourceId');

/** Stamps as pictures that we made, and as the files that came: those are kept, never shown, whatever they claim to be. */
export function registerStamps(app: Hono, look: <T>(read: (look: Look) => Promise<T>) => Promise<T>): void {
  app.get(`/objects/:id/stamps/:source/${fileOf('png')}`, async (context) => {
    const { name, file } = await look((open) => stampFile(open, context));
    return context.body(new Uint8Array(drawn(name, file)), 200, { 'content-type': 'image/png' });
  });
  app.get(`${API}/objects/:id/stamps/:source/${fileOf('fits')}`, async (context) => {
    const { source, name, file } = await look((open) => stampFile(open, context));
    const isPacked = isGzip(file);
    return context.body(new Uint8Array(file), 200, {
      'content-type': isPacked ? 'application/gzip' : 'application/fits',
      'content-disposition': `attachment; filename="${source}-${name}.fits${isPacked ? '.gz' : ''}"`,
    });
  });
}

/** @throws NotFound if no such stamp is kept */
async function stampFile(look: Look, context: Context): Promise<{ source: string; name: CutoutName; file: Buffer }> {
  const [id, source] = [ID.safeParse(context.req.param('id')), ID.safeParse(context.req.param('source'))];
  if (!id.success || !source.success) throw new NotFound('An object and a source have ids of up to 19 digits.');
  const name = (context.req.param('file') ?? '').split('.')[0] as CutoutName;
  const record = await orNotFound(objectRecord(look, BigInt(id.data)));
  const { shown, missing } = await objectCutouts(look, record, source.data);
  const file = shown?.images[name];
  if (!file) throw new NotFound(missing ?? `The alert of source ${source.data} came without a ${name} image.`);
  return { source: source.data, name, file };
}

/** @throws Refusal if no picture can be made of it */
function drawn(name: CutoutName, file: Buffer): Uint8Array {
  try {
    const image = readFitsImage(file);
    const limits = limitsOf(name, image);
    if (!limits) throw new FitsUnreadable('none of its pixels has a value');
    return pictureOf(image, limits);
  } catch (error) {
    if (!(error instanceof FitsUnreadable)) throw error;
    throw new Refusal(422, 'No picture', `There is no picture of this image: ${error.message}.`);
  }
}
