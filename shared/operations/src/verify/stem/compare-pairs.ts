/** An object's and a source's digits, as one name. */
export function pairOf(ids: {
  readonly diaObjectId: bigint | null | undefined;
  readonly diaSourceId: bigint | null | undefined;
}): string {
  return `${ids.diaObjectId ?? '?'} ${ids.diaSourceId ?? '?'}`;
}

/** How rows differ from the wanted ones, by their pairs and how often each occurs. */
export interface Difference<Row> {
  /** The names of which there are too few. */
  readonly missing: readonly string[];
  /** The rows that are there once too often, the last of their name. */
  readonly doubled: readonly Row[];
  /** The rows that are not wanted at all. */
  readonly strange: readonly Row[];
}

/** What `found` has too little and too much of, beside `wanted`. The same alert may rightly be in a batch twice. */
export function compare<Row>(
  wanted: readonly string[],
  found: readonly Row[],
  nameOf: (row: Row) => string,
): Difference<Row> {
  const left = new Map<string, number>();
  for (const name of wanted) left.set(name, (left.get(name) ?? 0) + 1);
  const doubled: Row[] = [];
  const strange: Row[] = [];
  for (const row of found) {
    const name = nameOf(row);
    const times = left.get(name);
    if (times === undefined) strange.push(row);
    else if (times === 0) doubled.push(row);
    else left.set(name, times - 1);
  }
  const missing = [...left].flatMap(([name, times]) => Array.from({ length: times }, () => name));
  return { missing, doubled, strange };
}
