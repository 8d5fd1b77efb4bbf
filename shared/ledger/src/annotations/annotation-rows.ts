import type { Writing } from '../database.js';
import { Insert, tupleQuestion } from '../statements.js';

/** What is recorded of an object: which score of it Lasair holds, and which may be in flight. Times in ms since 1970. */
export interface AnnotationRow {
  readonly diaObjectId: bigint;
  /** The score that Lasair accepted last; null if it is unknown which one it holds. */
  readonly acceptedId: bigint | null;
  /** The score that was reserved last, and for which call. */
  readonly sendingId: bigint | null;
  readonly sender: string | null;
  /** Until when that call may be in flight; 0 once it has ended. */
  readonly sendingUntil: number;
  /** Until when a call without an answer may be in flight. */
  readonly doubtUntil: number;
}

/** A call about to be made. All times in ms since 1970. */
export interface Call {
  /** Unique among the calls of running processes. */
  readonly sender: string;
  readonly now: number;
  /** By then Lasair has taken the call, or never will. */
  readonly until: number;
}

interface Row {
  readonly id: bigint;
  readonly diaObjectId: bigint;
}

type Integer = bigint | null;

const NOTHING_SENT = { acceptedId: null, sendingId: null, sender: null, sendingUntil: 0, doubtUntil: 0 };

const READ = tupleQuestion<readonly [bigint, accepted: Integer, sending: Integer, string | null, bigint, bigint]>(
  `SELECT diaObjectId, accepted_ID, sending_ID, sender, sending_until, doubt_until
   FROM annotation WHERE vra = @vra AND diaObjectId IN @objects`,
);
const WRITE = new Insert(
  'annotation',
  {
    ...{ vra: 'text', diaObjectId: 'integer', accepted_ID: 'integer', sending_ID: 'integer', sender: 'text' },
    ...{ sending_until: 'integer', doubt_until: 'integer' },
  },
  `(vra, diaObjectId) DO UPDATE SET accepted_ID = excluded.accepted_ID, sending_ID = excluded.sending_ID,
     sender = excluded.sender, sending_until = excluded.sending_until, doubt_until = excluded.doubt_until`,
);

/** The rows of some objects, read and written within one transaction. */
export class AnnotationRows {
  readonly #rows = new Map<bigint, AnnotationRow>();
  readonly #changed = new Map<bigint, AnnotationRow>();

  static async read(tx: Writing, vra: string, objects: readonly bigint[]): Promise<AnnotationRows> {
    const rows = new AnnotationRows();
    for (const [diaObjectId, acceptedId, sendingId, sender, sending, doubt] of await tx.all(READ, { vra, objects })) {
      const times = { sendingUntil: Number(sending), doubtUntil: Number(doubt) };
      rows.#rows.set(diaObjectId, { diaObjectId, acceptedId, sendingId, sender, ...times });
    }
    return rows;
  }

  get(diaObjectId: bigint): AnnotationRow {
    return this.#changed.get(diaObjectId) ?? this.#rows.get(diaObjectId) ?? { diaObjectId, ...NOTHING_SENT };
  }

  set(row: AnnotationRow): void {
    this.#changed.set(row.diaObjectId, row);
  }

  /** Reserves an object for a row, unless another row of it may be in flight. @returns whether it did */
  reserve({ id, diaObjectId }: Row, { sender, now, until }: Call): boolean {
    const held = this.get(diaObjectId);
    if (held.sendingId !== id && blockedUntil(held) > now) return false;
    // A call before it with the same row may still be in flight.
    const doubtUntil = held.sendingUntil > now ? blockedUntil(held) : held.doubtUntil;
    this.set({ ...held, sendingId: id, sender, sendingUntil: until, doubtUntil });
    return true;
  }

  /** Whether no row of the object may be in flight, not even the same one. */
  isFree({ diaObjectId }: Row, { now }: Call): boolean {
    return blockedUntil(this.get(diaObjectId)) <= now;
  }

  /** A reservation that ends later than one made now is from before the clock was set back: it is cut to one made now. */
  waitMs({ diaObjectId }: Row, { now, until }: Call): number {
    const held = this.get(diaObjectId);
    if (blockedUntil(held) <= until) return blockedUntil(held) - now;
    const { sendingUntil, doubtUntil } = held;
    this.set({ ...held, sendingUntil: Math.min(sendingUntil, until), doubtUntil: Math.min(doubtUntil, until) });
    return until - now;
  }

  /** Writes those that were set. */
  async write(tx: Writing, vra: string): Promise<void> {
    const rows = [...this.#changed.values()].map(
      ({ diaObjectId, acceptedId, sendingId, sender, sendingUntil, doubtUntil }) => [
        vra,
        diaObjectId,
        acceptedId,
        sendingId,
        sender,
        sendingUntil,
        doubtUntil,
      ],
    );
    await tx.each(WRITE, rows);
  }
}

function blockedUntil({ sendingUntil, doubtUntil }: AnnotationRow): number {
  return Math.max(sendingUntil, doubtUntil);
}
