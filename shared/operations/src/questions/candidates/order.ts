/** Where a page ends: the next one begins behind it. */
export interface Place {
  /** NaN is unknown. */
  readonly key: number;
  readonly id: bigint;
}

/** What rows are ordered by. */
export interface Order {
  readonly isDescending: boolean;
  /** NaN, where it is unknown, is last in either direction. */
  key(row: number): number;
  id(row: number): bigint;
}

/** Less than 0 if `a` is first; of equal keys the greater ID is. */
export function comparePlaces(a: Place, b: Place, isDescending: boolean): number {
  const [unknownA, unknownB] = [Number.isNaN(a.key), Number.isNaN(b.key)];
  if (unknownA !== unknownB) return unknownA ? 1 : -1;
  if (!unknownA && a.key !== b.key) return a.key > b.key === isDescending ? -1 : 1;
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0;
}

/** The first rows in an order behind a place, at most so many: it keeps no more of them than that. */
export function firstRows(rows: Uint32Array, order: Order, most: number, after?: Place): number[] {
  const { isDescending } = order;
  const best: (Place & { row: number })[] = [];
  for (const row of rows) {
    const key = order.key(row);
    const last = best.length === most ? best[most - 1] : undefined;
    // Nearly all are told from the last by their keys alone.
    if (last !== undefined && (isDescending ? key < last.key : key > last.key)) continue;
    const place = { row, key, id: order.id(row) };
    if (last !== undefined && comparePlaces(place, last, isDescending) > 0) continue;
    if (after !== undefined && comparePlaces(place, after, isDescending) <= 0) continue;
    if (last !== undefined) best.pop();
    best.splice(insertionPoint(best, place, isDescending), 0, place);
  }
  return best.map(({ row }) => row);
}

function insertionPoint(best: readonly Place[], place: Place, isDescending: boolean): number {
  let [low, high] = [0, best.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(best[middle] as Place, place, isDescending) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `0.991,12345`: a place in an address. */
export function placeText({ key, id }: Place): string {
  return `${Number.isNaN(key) ? 'none' : key},${id}`;
}

/** Undefined if the text is none. */
export function placeOf(text: string): Place | undefined {
  const [, key, id] = /^(none|-?Infinity|-?[0-9.]+(?:e[+-]?[0-9]+)?),([0-9]{1,19})$/.exec(text) ?? [];
  if (key === undefined || id === undefined) return undefined;
  return { key: key === 'none' ? Number.NaN : Number(key), id: BigInt(id) };
}
