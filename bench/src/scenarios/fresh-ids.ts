/** All ids here have 18 digits, as those of Rubin's first years; above 2^53, so that a double would spoil them. */
const FIRST_ID = 800_000_000_000_000_001n;

/** The object of the alert that was sent as the `serial`-th, from 0. No simulated alert has its id. */
export const objectIdOf = (serial: number): bigint => FIRST_ID + 2n * BigInt(serial);

/** The newest source of that alert. */
export const sourceIdOf = (serial: number): bigint => objectIdOf(serial) + 1n;

/** @returns which alert the object is of; undefined where none of ours has it */
export function serialOf(objectId: bigint): number | undefined {
  const twice = objectId - FIRST_ID;
  return twice >= 0n && twice % 2n === 0n ? Number(twice / 2n) : undefined;
}

/** Where the digits of an alert's ids stand, from its first byte. */
export interface IdPlaces {
  /** The object's: in the filter's columns, in diaObject, in every source; the first source has the same id. */
  readonly object: readonly number[];
  readonly source: readonly number[];
}

/** @throws where an id has not as many digits as ours, or stands where no id should */
export function idPlacesOf(alert: Buffer, diaObjectId: bigint, diaSourceId: bigint): IdPlaces {
  return { object: placesOf(alert, diaObjectId), source: placesOf(alert, diaSourceId) };
}

/**
 * Makes a new alert of one in place: another object, another newest source, everything else as it is. So are the times:
 * all objects of a visit have the same.
 *
 * @param begin where the alert begins in `bytes`
 */
export function writeIds(bytes: Buffer, begin: number, places: IdPlaces, serial: number): void {
  writeDigits(bytes, begin, places.object, objectIdOf(serial));
  writeDigits(bytes, begin, places.source, sourceIdOf(serial));
}

function writeDigits(bytes: Buffer, begin: number, places: readonly number[], id: bigint): void {
  const digits = id.toString();
  for (const place of places) bytes.write(digits, begin + place, 'latin1');
}

function placesOf(alert: Buffer, id: bigint): number[] {
  const digits = id.toString();
  if (digits.length !== FIRST_ID.toString().length) throw new Error(`${id} has not as many digits as ${FIRST_ID}`);
  const places: number[] = [];
  for (let at = alert.indexOf(digits); at !== -1; at = alert.indexOf(digits, at + digits.length)) {
    const around =
      alert.toString('latin1', at - 2, at) + alert.toString('latin1', at + digits.length, at + digits.length + 1);
    if (!/^: [,}]$/.test(around)) throw new Error(`the digits of ${id} stand at byte ${at}, which is no value`);
    places.push(at);
  }
  return places;
}
