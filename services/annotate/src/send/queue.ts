/** Rows that go to Lasair in one call, and how often it failed in a way that one of them may have caused. */
export interface Group<Row> {
  readonly rows: readonly Row[];
  readonly failures: number;
}

/** After this many failures a list is split in halves: one row may be the cause. */
const FAILURES_BEFORE_HALVES = 2;

/** What is left to send of a stem. A failed group is requeued last, so that it does not delay the others. */
export class SendQueue<Row> {
  #groups: Group<Row>[];

  constructor(rows: readonly Row[]) {
    this.#groups = rows.length > 0 ? [{ rows, failures: 0 }] : [];
  }

  /** How many rows are left. */
  get size(): number {
    return this.#groups.reduce((total, { rows }) => total + rows.length, 0);
  }

  /** Takes the next group, of at most `most` rows. */
  take(most: number): Group<Row> | undefined {
    const group = this.#groups.shift();
    if (!group || group.rows.length <= most) return group;
    this.#groups.unshift({ ...group, rows: group.rows.slice(most) });
    return { ...group, rows: group.rows.slice(0, most) };
  }

  /** The rows are sent next. */
  requeue(rows: readonly Row[]): void {
    if (rows.length > 0) this.#groups.unshift({ rows, failures: 0 });
  }

  /** One of the rows is invalid: the halves are sent next, each on its own. */
  splitAndRequeue(rows: readonly Row[]): void {
    this.#groups.unshift(...halves(rows));
  }

  /** The call failed: the rows are sent after everything else; see `Group` for `failures`. */
  requeueLast(rows: readonly Row[], failures: number): void {
    if (failures >= FAILURES_BEFORE_HALVES && rows.length > 1) this.#groups.push(...halves(rows));
    else if (rows.length > 0) this.#groups.push({ rows, failures });
  }
}

function halves<Row>(rows: readonly Row[]): Group<Row>[] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)].map((half) => ({ rows: half, failures: 0 }));
}
