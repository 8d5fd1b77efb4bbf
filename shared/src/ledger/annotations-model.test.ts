import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CallEnd } from './annotations-reservations.js';
import { Ledger } from './ledger.js';
import type { WorkLedger } from './work.js';

/**
 * Every interleaving of two senders with two scores of one object, checked on a real ledger.
 *
 * The senders go through the steps of annotating one by one: plan, reserve, call, finish, settle. Between any two
 * steps of one, the other may take any number of its own, the second score may appear, time may pass, a sender may
 * be killed or stopped for any time, and a call may reach Lasair, be lost, be refused or go without an answer.
 * Nothing here relies on the lease of a stem: both senders may have the same stem in hand.
 *
 * A state is what the ledger, the senders, the network and Lasair hold. Each step on the ledger is the real code
 * run once for each state of the ledger's tables.
 */

const OBJECT = 313637921267122191n;
const STEMS = ['20260202_102448', '20260202_102458'] as const;
const SENDERS = ['X', 'Y'] as const;
const NOW = 1_800_000_000_000;
/** A reservation lasts two ticks of one second. */
const TICK_MS = 1000;
const RESERVED_TICKS = 2;

/** The ledger's rows, times in ticks from now. Rows 1 and 2 are the scores, of stems 0 and 1. */
interface Tables {
  readonly secondScored: boolean;
  readonly annotation:
    | { accepted: number; sending: number; sender: string | null; sendingFor: number; doubtFor: number }
    | undefined;
  readonly outcomes: readonly [string | null, string | null];
  readonly statuses: readonly [number, number];
}

type Sender =
  | { readonly at: 'idle' }
  | { readonly at: 'planned'; readonly stem: number; readonly seen: number }
  /** `left` is what remains of the reservation, ticks. */
  | { readonly at: 'reserved'; readonly stem: number; readonly left: number }
  | {
      readonly at: 'called';
      readonly stem: number;
      readonly left: number;
      readonly request: 'flying' | 'arrived' | 'lost';
      /** It flew when the reservation ran out. */
      readonly isLate: boolean;
    }
  | { readonly at: 'settling'; readonly stem: number; readonly isSuperseded: boolean };

interface State {
  readonly tables: Tables;
  readonly senders: readonly [Sender, Sender];
  /** Calls that nobody waits for and that may still arrive: row and ticks left. */
  readonly orphans: readonly (readonly [row: number, left: number])[];
  /** The row whose annotation Lasair holds; 0 for none. */
  readonly lasair: number;
}

const START: State = {
  tables: { secondScored: false, annotation: undefined, outcomes: [null, null], statuses: [0, 0] },
  senders: [{ at: 'idle' }, { at: 'idle' }],
  orphans: [],
  lasair: 0,
};

describe('annotating one object by two senders, all interleavings', () => {
  let folder: string;
  let ledger: Ledger;
  let work: WorkLedger;
  let steps: Map<string, [Tables, unknown]>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lvra-model-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** @param times of the first and the second score's source */
  function openLedger(times: readonly [number, number]): void {
    ledger = Ledger.open(join(folder, `${times}.db`), ['r0b'], { create: true });
    ledger.database.pragma('synchronous = OFF');
    work = ledger.work('annotate', 'r0b');
    steps = new Map();
    const source = ledger.database.prepare('INSERT INTO source (diaSourceId, midpointMjdTai) VALUES (?, ?)');
    times.forEach((time, index) => {
      source.run(BigInt(index + 1), time);
    });
  }

  function load({ secondScored, annotation, outcomes, statuses }: Tables): void {
    const { database } = ledger;
    database.exec('DELETE FROM provenance; DELETE FROM annotation; DELETE FROM annotation_outcome;');
    database.exec('DELETE FROM annotating; DELETE FROM predict; DELETE FROM lasair_call; DELETE FROM stem_event;');
    STEMS.forEach((stem, index) => {
      database.prepare('INSERT INTO predict (stem, r0b) VALUES (?, 1)').run(stem);
      database.prepare('INSERT INTO annotating (stem, r0b) VALUES (?, ?)').run(stem, statuses[index]);
      const outcome = outcomes[index] ?? null;
      if (outcome !== null) {
        database
          .prepare('INSERT INTO annotation_outcome (provenance_ID, outcome, at) VALUES (?, ?, 0)')
          .run(index + 1, outcome);
      }
      if (index === 1 && !secondScored) return;
      database
        .prepare("INSERT INTO provenance VALUES (?, ?, ?, ?, 0.5, 'r0b', 'a1', current_timestamp)")
        .run(index + 1, OBJECT, index + 1, stem);
    });
    if (annotation) {
      const { accepted, sending, sender, sendingFor, doubtFor } = annotation;
      const instant = (ticks: number) => (ticks > 0 ? NOW + ticks * TICK_MS : 0);
      database
        .prepare("INSERT INTO annotation VALUES ('r0b', ?, ?, ?, ?, ?, ?)")
        .run(OBJECT, accepted || null, sending || null, sender, instant(sendingFor), instant(doubtFor));
    }
  }

  function dump(): Tables {
    const { database } = ledger;
    const [row] = database.prepare('SELECT * FROM annotation').all() as Record<string, bigint | string | null>[];
    const ticks = (until: unknown) => Math.max(Math.ceil((Number(until) - NOW) / TICK_MS), 0);
    const outcome = database.prepare('SELECT outcome FROM annotation_outcome WHERE provenance_ID = ?').pluck();
    const status = database.prepare('SELECT r0b FROM annotating WHERE stem = ?').pluck();
    return {
      secondScored: database.prepare('SELECT 1 FROM provenance WHERE ID = 2').get() !== undefined,
      annotation: row && {
        accepted: Number(row.accepted_ID ?? 0),
        sending: Number(row.sending_ID ?? 0),
        sender: row.sender as string | null,
        sendingFor: ticks(row.sending_until),
        doubtFor: ticks(row.doubt_until),
      },
      outcomes: [(outcome.get(1) as string) ?? null, (outcome.get(2) as string) ?? null],
      statuses: [Number(status.get(STEMS[0])), Number(status.get(STEMS[1]))],
    };
  }

  /** Runs a step of the real code on tables in the given state; each one once. */
  function step<T>(tables: Tables, name: string, run: () => T): [Tables, T] {
    const key = `${name} ${JSON.stringify(tables)}`;
    let done = steps.get(key);
    if (!done) {
      load(tables);
      const result = run();
      done = [dump(), result];
      steps.set(key, done);
    }
    return done as [Tables, T];
  }

  const sendable = (stem: number) => [{ id: BigInt(stem + 1), diaObjectId: OBJECT }];
  const callOf = (name: string) => ({ sender: name, now: NOW, until: NOW + RESERVED_TICKS * TICK_MS });

  function plan(tables: Tables, stem: number) {
    return step(tables, `plan ${stem}`, () => {
      const { scores, seen } = ledger.annotations.scores.unsettled('r0b', STEMS[stem]!, 'a1');
      return { score: scores[0], seen: Number(seen) };
    });
  }

  function reserve(tables: Tables, name: string, stem: number, seen: number) {
    return step(tables, `reserve ${name} ${stem} ${seen}`, () => {
      const result = ledger.annotations.reservations.reserve(work, sendable(stem), callOf(name), {
        seen: BigInt(seen),
        version: 'a1',
        callsPerHour: 1,
      });
      return result.reserved.length > 0 ? 'reserved' : result.superseded.length > 0 ? 'superseded' : 'busy';
    });
  }

  function finish(tables: Tables, name: string, stem: number, end: CallEnd): Tables {
    return step(tables, `finish ${name} ${stem} ${end}`, () =>
      ledger.annotations.reservations.finish(work, sendable(stem), callOf(name), end, NOW),
    )[0];
  }

  function settle(tables: Tables, stem: number, isSuperseded: boolean): Tables {
    return step(tables, `settle ${stem} ${isSuperseded}`, () =>
      ledger.annotations.settle(
        work,
        STEMS[stem]!,
        new Map(isSuperseded ? [[BigInt(stem + 1), { outcome: 'superseded' as const }]] : []),
        { now: NOW, durationMs: 1 },
      ),
    )[0];
  }

  /** Everything that can happen next. */
  function next(state: State): State[] {
    const following: State[] = [];
    const { tables } = state;
    if (!tables.secondScored) following.push({ ...state, tables: { ...tables, secondScored: true } });
    state.orphans.forEach(([row], index) => {
      following.push({ ...state, lasair: row, orphans: state.orphans.filter((_, other) => other !== index) });
    });
    following.push(tick(state));
    SENDERS.forEach((name, index) => {
      const become = (sender: Sender, change: Partial<State> = {}) => {
        const senders = state.senders.with(index, sender) as [Sender, Sender];
        following.push({ ...state, senders, ...change });
      };
      nextOfSender(state, name, state.senders[index]!, become);
    });
    return following;
  }

  function nextOfSender(
    state: State,
    name: string,
    sender: Sender,
    become: (sender: Sender, change?: Partial<State>) => void,
  ): void {
    const idle: Sender = { at: 'idle' };
    const { tables, orphans } = state;
    if (sender.at === 'idle') {
      for (const stem of [0, 1]) {
        if (tables.statuses[stem] !== 0 || (stem === 1 && !tables.secondScored)) continue;
        const [, { score, seen }] = plan(tables, stem);
        if (score?.isNewest) become({ at: 'planned', stem, seen });
        else become({ at: 'settling', stem, isSuperseded: score !== undefined });
      }
      return;
    }
    const { stem } = sender;
    const row = stem + 1;
    switch (sender.at) {
      case 'planned': {
        become(idle);
        const [reserved, outcome] = reserve(tables, name, stem, sender.seen);
        if (outcome === 'reserved') become({ at: 'reserved', stem, left: RESERVED_TICKS }, { tables: reserved });
        else if (outcome === 'superseded') become({ at: 'settling', stem, isSuperseded: true }, { tables: reserved });
        else become(idle, { tables: reserved });
        return;
      }
      case 'reserved':
        become(idle);
        // With nothing left: it was stopped between its look at the clock and the call.
        become({ at: 'called', stem, left: sender.left, request: 'flying', isLate: sender.left === 0 });
        return;
      case 'called': {
        const { request, isLate } = sender;
        const ends: CallEnd[] = ['unanswered'];
        if (request === 'flying') {
          become({ ...sender, request: 'arrived' }, { lasair: row });
          become({ ...sender, request: 'lost' });
        } else if (request === 'arrived') ends.push('taken', 'refused-midway');
        else ends.push('refused', 'refused-midway');
        for (const end of ends) {
          const change: Partial<State> = {
            tables: finish(tables, name, stem, end),
            ...(request === 'flying' && { orphans: [...orphans, [row, RESERVED_TICKS] as const] }),
          };
          become(end === 'taken' ? { at: 'settling', stem, isSuperseded: false } : idle, change);
        }
        // The assumption: whoever calls after the reservation has run out lives to tell.
        if (isLate && request !== 'lost') return;
        become(idle, request === 'flying' ? { orphans: [...orphans, [row, sender.left] as const] } : {});
        return;
      }
      case 'settling':
        become(idle);
        become(idle, { tables: settle(tables, stem, sender.isSuperseded) });
    }
  }

  function tick(state: State): State {
    const less = (ticks: number) => Math.max(ticks - 1, 0);
    const { annotation } = state.tables;
    const later = annotation && {
      ...annotation,
      sendingFor: less(annotation.sendingFor),
      doubtFor: less(annotation.doubtFor),
    };
    const senders = state.senders.map((sender): Sender => {
      if (sender.at !== 'reserved' && sender.at !== 'called') return sender;
      const left = less(sender.left);
      if (sender.at === 'reserved') return { ...sender, left };
      return { ...sender, left, isLate: sender.isLate || (left === 0 && sender.request === 'flying') };
    }) as [Sender, Sender];
    // The assumption: a call arrives before its reservation runs out.
    const orphans = state.orphans.map(([row, left]) => [row, left - 1] as const).filter(([, left]) => left > 0);
    return { ...state, tables: { ...state.tables, annotation: later }, senders, orphans };
  }

  /** One text for states that differ in the order of calls only, or in how often the same call is on its way. */
  function keyOf(state: State): string {
    const orphans = [...new Set(state.orphans.map((orphan) => orphan.join()))].sort();
    return JSON.stringify({ ...state, orphans });
  }

  const isAtRest = ({ tables, senders, orphans }: State) =>
    tables.secondScored &&
    tables.statuses.every((status) => status === 1) &&
    senders.every(({ at }) => at === 'idle') &&
    orphans.length === 0;

  /** The first way that led to a state: a shortest one. */
  function pathTo(key: string, before: ReadonlyMap<string, readonly string[]>): string[] {
    const path = [key];
    for (let at = key; at !== keyOf(START); path.unshift(at)) at = before.get(at)![0]!;
    return path;
  }

  /** Goes through every state, those nearest to the start first. */
  function explore(newest: number): { states: number; atRest: number } {
    const before = new Map<string, string[]>([[keyOf(START), []]]);
    const queue = [START];
    const rest: string[] = [];
    for (const state of queue) {
      const key = keyOf(state);
      if (isAtRest(state)) {
        assert.equal(state.lasair, newest, `Lasair holds an older score:\n${pathTo(key, before).join('\n')}`);
        assert.equal(state.tables.outcomes[newest - 1], 'accepted', key);
        rest.push(key);
      }
      for (const following of next(state)) {
        const followingKey = keyOf(following);
        const known = before.get(followingKey);
        if (known) known.push(key);
        else {
          before.set(followingKey, [key]);
          queue.push(following);
        }
      }
    }
    const canRest = new Set(rest);
    const open = [...rest];
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      for (const earlier of before.get(key) ?? []) {
        if (canRest.has(earlier)) continue;
        canRest.add(earlier);
        open.push(earlier);
      }
    }
    const stuck = [...before.keys()].find((key) => !canRest.has(key));
    assert.equal(stuck, undefined, 'a state from which the work is never done');
    return { states: before.size, atRest: rest.length };
  }

  for (const [name, times, newest] of [
    ['the newer source is scored second', [61073.1, 61073.2], 2],
    ['the newer source is scored first', [61073.2, 61073.1], 1],
  ] as const) {
    test(`Lasair ends with the newest score where ${name}`, (t) => {
      openLedger(times);
      const begun = performance.now();
      const { states, atRest } = explore(newest);
      assert.ok(atRest > 0);
      assert.ok(states > 1000, `only ${states} states: the model does not interleave`);
      t.diagnostic(
        `${states} states, ${atRest} at rest, ${steps.size} steps on the ledger, ${Math.round(performance.now() - begun)} ms`,
      );
      ledger.close();
    });
  }
});
