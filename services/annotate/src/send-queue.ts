/** Rows that go to Lasair in one call, and how often that failed in a way that one of them may be to blame for. */
export interface Group<Row> {
  readonly rows: readonly Row[];
  readonly failures: number;
}

/** A list that failed so often is tried in halves: one row may be what it fails on. */
const FAILURES_BEFORE_HALVES = 2;

/** What is left to send of a stem. A group that fails goes behind the others, so that it holds none of them up. */
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

  /** To be sent next. */
  putBack(rows: readonly Row[]): void {
    if (rows.length > 0) this.#groups.unshift({ rows, failures: 0 });
  }

  /** One of the rows is at fault: the halves are sent next, each on its own. */
  putBackInHalves(rows: readonly Row[]): void {
    this.#groups.unshift(...halves(rows));
  }

  /** The call failed: to be sent again after everything else; see `Group` for `failures`. */
  putLast(rows: readonly Row[], failures: number): void {
    if (failures >= FAILURES_BEFORE_HALVES && rows.length > 1) this.#groups.push(...halves(rows));
    else if (rows.length > 0) this.#groups.push({ rows, failures });
  }
}

function halves<Row>(rows: readonly Row[]): Group<Row>[] {
  const middle = Math.ceil(rows.length / 2);
  return [rows.slice(0, middle), rows.slice(middle)].map((half) => ({ rows: half, failures: 0 }));
}
