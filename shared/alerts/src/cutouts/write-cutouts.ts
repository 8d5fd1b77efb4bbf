import { once } from 'node:events';
import { writeChunks, writeFileAtomically } from '@lvra/store';
import avro from 'avsc';
import { type AlertCutouts, CUTOUT_RECORD, type CutoutRecord } from './cutout-record.js';

/**
 * Writes the images of a batch's alerts as one Avro container file, the form in which Rubin publishes alerts: a record
 * an alert, in the order of the batch file. No file if no alert has an image.
 */
export async function writeCutouts(path: string, alerts: readonly AlertCutouts[]): Promise<void> {
  const records = alerts.map(recordOf).filter(hasImage);
  if (records.length === 0) return;
  await writeFileAtomically(path, async (file) => {
    const encoder = new avro.streams.BlockEncoder(CUTOUT_RECORD, { codec: 'null' });
    const feeding = feed(encoder, records);
    for await (const chunk of encoder as AsyncIterable<Buffer>) await writeChunks(file, [chunk]);
    await feeding;
  });
}

function recordOf({ diaObjectId, diaSourceId, images }: AlertCutouts): CutoutRecord {
  return {
    ...{ diaObjectId: String(diaObjectId), diaSourceId },
    ...{ cutoutDifference: images.difference, cutoutScience: images.science, cutoutTemplate: images.template },
  };
}

function hasImage({ cutoutDifference, cutoutScience, cutoutTemplate }: CutoutRecord): boolean {
  return [cutoutDifference, cutoutScience, cutoutTemplate].some((image) => image !== null);
}

/** A batch's images are many megabytes: encode no faster than the file is written. */
async function feed(encoder: avro.streams.BlockEncoder, records: readonly CutoutRecord[]): Promise<void> {
  for (const record of records) {
    if (!encoder.write(record)) await once(encoder, 'drain');
  }
  encoder.end();
}
