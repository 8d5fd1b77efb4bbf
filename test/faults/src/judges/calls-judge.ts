const HOUR_MS = 3_600_000;

/** A call as the sandbox recorded it. */
interface Call {
  /** ms */
  readonly at: number;
  readonly path: string;
}

/** How many calls came beyond the budget in the hour with most of them, whoever made them and wherever. */
export function callsOverBudget(received: readonly Call[], callsPerHour: number): number {
  const times = received.filter(({ path }) => path.startsWith('/api/annotate')).map(({ at }) => at);
  times.sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of times.entries()) {
    while (at - times[first]! >= HOUR_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return Math.max(most - callsPerHour, 0);
}
