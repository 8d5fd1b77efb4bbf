/** An object's and a source's digits, as one name. */
export function pairOf(ids: {
  readonly diaObjectId: bigint | null | undefined;
  readonly diaSourceId: bigint | null | undefined;
}): string {
  return `${ids.diaObjectId ?? '?'} ${ids.diaSourceId ?? '?'}`;
}

/** How two lists differ in which pairs they hold and how often. */
export interface Difference {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Pairs that are not wanted at all. */
  readonly strange: readonly string[];
}

/** What `found` has too little and too much of, beside `wanted`. The same alert may rightly be in a batch twice. */
export function compare(wanted: readonly string[], found: readonly string[]): Difference {
  const left = new Map<string, number>();
  for (const pair of wanted) left.set(pair, (left.get(pair) ?? 0) + 1);
  const doubled: string[] = [];
  const strange: string[] = [];
  for (const pair of found) {
    const times = left.get(pair);
    if (times === undefined) strange.push(pair);
    else if (times === 0) doubled.push(pair);
    else left.set(pair, times - 1);
  }
  const missing = [...left].flatMap(([pair, times]) => Array.from({ length: times }, () => pair));
  return { missing, doubled, strange };
}
