import { CUTOUTS, type CutoutName, FitsUnreadable, orientationOf, readFitsImage } from '@lvra/alerts';
import { type Look, type ObjectRecord, objectCutouts } from '@lvra/operations';
import { API } from '../../../routes/register.js';
import type { StampAnswer, StampsAnswer } from './answer.js';
import { limitsOf } from './picture.js';

/** What is known of an object's stamps. @param diaSourceId of the source whose are wanted */
export async function stampsOf(
  look: Look,
  record: Pick<ObjectRecord, 'diaObjectId' | 'lastStem' | 'scores'>,
  diaSourceId?: string,
): Promise<StampsAnswer> {
  const { shown, missing, sources } = await objectCutouts(look, record, diaSourceId);
  const { diaObjectId } = record;
  return {
    ...{ diaSourceId: shown?.diaSourceId ?? null, stem: shown?.stem ?? null, missing },
    images: shown
      ? CUTOUTS.map((name) => stampOf(name, shown.images[name], `/objects/${diaObjectId}/stamps/${shown.diaSourceId}`))
      : [],
    sources,
  };
}

/** @param folder the path of the stamps of its source */
function stampOf(name: CutoutName, file: Buffer | null, folder: string): StampAnswer {
  const none = { picture: null, fits: null, bytes: null, width: null, height: null, unit: null, low: null, high: null };
  const nowhere = { arcsecPerPixel: null, northFromUp: null, eastFromUp: null };
  if (file === null) return { name, missing: 'it did not come with the alert', ...none, ...nowhere };
  const kept = { ...none, fits: `${API}${folder}/${name}.fits`, bytes: file.length };
  try {
    const image = readFitsImage(file);
    const { width, height, header } = image;
    const limits = limitsOf(name, image);
    const told = { ...kept, width, height, unit: header.text('BUNIT') ?? null, ...(orientationOf(header) ?? nowhere) };
    if (!limits) return { name, missing: 'none of its pixels has a value', ...told };
    return { name, missing: null, ...told, ...limits, picture: `${folder}/${name}.png` };
  } catch (error) {
    if (!(error instanceof FitsUnreadable)) throw error;
    return { name, missing: error.message, ...kept, ...nowhere };
  }
}
