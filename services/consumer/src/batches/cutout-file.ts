import { once } from 'node:events';
import { writeChunks, writeFileAtomically } from '@lvra/store';
import avro from 'avsc';
import type { GoodAlert } from './classify.js';

const OPTIONAL_BYTES: avro.Schema = ['null', 'bytes'];

/** Ids as text, because many Avro readers turn longs into doubles. */
const CUTOUTS = avro.Type.forSchema({
  type: 'record',
  name: 'lvra.cutouts',
  fields: [
    { name: 'diaObjectId', type: 'string' },
    { name: 'diaSourceId', type: 'string' },
    { name: 'cutoutDifference', type: OPTIONAL_BYTES },
    { name: 'cutoutScience', type: OPTIONAL_BYTES },
    { name: 'cutoutTemplate', type: OPTIONAL_BYTES },
  ],
});

/**
 * Writes the images of a batch's alerts as one Avro container file, the form in which Rubin publishes alerts: a record
 * an alert, in the order of the batch file, each image a FITS file. No file if no alert has an image.
 */
export async function writeCutouts(path: string, alerts: readonly GoodAlert[]): Promise<void> {
  const withImages = alerts.flatMap(({ alert: { diaObjectId, diaSourceId = '', cutouts } }) => {
    const { difference = null, science = null, template = null } = cutouts ?? {};
    if (!difference && !science && !template) return [];
    const images = { cutoutDifference: difference, cutoutScience: science, cutoutTemplate: template };
    return [{ diaObjectId: String(diaObjectId), diaSourceId, ...images }];
  });
  if (withImages.length === 0) return;
  await writeFileAtomically(path, async (file) => {
    const encoder = new avro.streams.BlockEncoder(CUTOUTS, { codec: 'null' });
    const feeding = feed(encoder, withImages);
    for await (const chunk of encoder as AsyncIterable<Buffer>) await writeChunks(file, [chunk]);
    await feeding;
  });
}

/** A batch's images are many megabytes: encode no faster than the file is written. */
async function feed(encoder: avro.streams.BlockEncoder, records: readonly object[]): Promise<void> {
  for (const record of records) {
    if (!encoder.write(record)) await once(encoder, 'drain');
  }
  encoder.end();
}
