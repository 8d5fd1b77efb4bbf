import { type FileHandle, open } from 'node:fs/promises';
import { type CutoutPlace, CutoutsUnreadable, cutoutPlaces } from './cutout-places.js';
import { type AlertCutouts, CUTOUT_RECORD, type CutoutRecord } from './cutout-record.js';

/** Files whose places are remembered: of 1,000 alerts each they take 4 MB. */
const MOST_REMEMBERED = 16;
/** Of the images of one alert together; those of Rubin's have 138 kB. */
const MOST_BYTES = 16 * 1024 * 1024;

interface KnownFile {
  /** How long it was when it was read. */
  readonly fileBytes: number;
  readonly places: Promise<Map<string, CutoutPlace[]>>;
}

/** By path, the one used last at the end. A file never changes once it has its name. */
const remembered = new Map<string, KnownFile>();

/**
 * The images of an object in a file of cutouts, read without those of others.
 *
 * @returns those of each of its alerts, in the order of the file
 * @throws CutoutsUnreadable, and the file system's error if the file cannot be opened
 */
export async function readCutouts(path: string, diaObjectId: bigint): Promise<AlertCutouts[]> {
  const file = await open(path, 'r');
  try {
    const places = (await placesIn(file, path)).get(String(diaObjectId)) ?? [];
    const found: AlertCutouts[] = [];
    for (const place of places) found.push(await cutoutsAt(file, path, place));
    return found;
  } finally {
    await file.close();
  }
}

/** Who asks for a file that is being read waits for that. */
async function placesIn(file: FileHandle, path: string): Promise<Map<string, CutoutPlace[]>> {
  const { size } = await file.stat();
  const before = remembered.get(path);
  const known: KnownFile = before?.fileBytes === size ? before : { fileBytes: size, places: cutoutPlaces(file, path) };
  remembered.delete(path);
  remembered.set(path, known);
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  try {
    return await known.places;
  } catch (error) {
    if (remembered.get(path) === known) remembered.delete(path);
    throw error;
  }
}

async function cutoutsAt(file: FileHandle, path: string, { offset, length }: CutoutPlace): Promise<AlertCutouts> {
  if (length > MOST_BYTES)
    throw new CutoutsUnreadable(`${path} has a record of ${length} bytes, at most ${MOST_BYTES}`);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  if (bytesRead < length) throw new CutoutsUnreadable(`${path} was changed while it was read: read it again`);
  const record = recordIn(buffer);
  if (!record) throw new CutoutsUnreadable(`${path} is damaged at byte ${offset}`);
  const { cutoutScience, cutoutTemplate, cutoutDifference } = record;
  return {
    ...{ diaObjectId: BigInt(record.diaObjectId), diaSourceId: record.diaSourceId },
    images: { science: cutoutScience, template: cutoutTemplate, difference: cutoutDifference },
  };
}

function recordIn(bytes: Buffer): CutoutRecord | undefined {
  try {
    return CUTOUT_RECORD.fromBuffer(bytes) as CutoutRecord;
  } catch {
    return undefined;
  }
}
