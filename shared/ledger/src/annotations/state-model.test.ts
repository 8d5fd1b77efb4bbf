import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  LedgerModel,
  type ModelScore,
  type Planned,
  RESERVED_TICKS,
  StepToRun,
  type Tables,
} from '../testing/annotation-state-model.js';
import { newPlace } from '../testing/ledgers.js';
import type { CallEnd } from './reservations.js';

/**
 * Every interleaving of two senders with two scores of one object, checked on a real ledger. Two scores of one source
 * go through the same states as of two: which of them is newer is all that counts.
 *
 * The senders go through the steps of annotating one by one: plan, reserve, call, finish, settle. The score of the other
 * stem may be planned too, at that moment or later, to go along in the same call. Between any two
 * steps of one, the other may take any number of its own, the second score may appear, time may pass, a sender may
 * be killed or stopped for any time, and a call may reach Lasair, be lost, be refused or go without an answer.
 * Nothing here relies on the lease of a stem: both senders may have the same stem in hand.
 *
 * A state is what the ledger, the senders, the network and Lasair hold. Each step on the ledger is the real code
 * run once for each state of the ledger's tables.
 */

const SENDERS = ['X', 'Y'] as const;

type Sender =
  | { readonly at: 'idle' }
  | { readonly at: 'planned'; readonly own: Planned; readonly filler: Filler | undefined }
  /** `left` is what remains of the reservation, ticks. */
  | { readonly at: 'reserved'; readonly plan: Plan; readonly stem: number; readonly left: number }
  | {
      readonly at: 'called';
      readonly plan: Plan;
      readonly stem: number;
      readonly left: number;
      readonly request: 'flying' | 'arrived' | 'lost';
      /** It flew when the reservation ran out. */
      readonly isLate: boolean;
    }
  /** The stems that are left to settle, in order. */
  | { readonly at: 'settling'; readonly stems: readonly Settling[] };

/** Another stem that goes along; its score may be superseded, and then it is settled with the others. */
type Filler = Planned & { readonly isSuperseded: boolean };

type Settling = readonly [stem: number, isSuperseded: boolean];

/** What the sender has in hand while it calls. */
interface Plan {
  readonly own: Planned;
  /** Each stem that was planned, and whether its score is superseded. */
  readonly stems: readonly Settling[];
}

interface State {
  readonly tables: Tables;
  readonly senders: readonly [Sender, Sender];
  /** Calls whose sender was killed and that may still arrive: row and ticks left. */
  readonly orphans: readonly (readonly [row: number, left: number])[];
  /** The row whose annotation Lasair holds; 0 for none. */
  readonly lasair: number;
}

interface Visit {
  readonly state: State;
  /** The states that lead here; the first is on a shortest way from the start. */
  readonly before: Visit[];
}

const START: State = {
  tables: { secondScored: false, annotation: undefined, outcomes: [null, null], statuses: [0, 0] },
  senders: [{ at: 'idle' }, { at: 'idle' }],
  orphans: [],
  lasair: 0,
};

describe('annotating one object by two senders, all interleavings', () => {
  let model: LedgerModel;

  /** Everything that can happen next. */
  function next(state: State): State[] {
    const following: State[] = [];
    const { tables } = state;
    if (!tables.secondScored) following.push({ ...state, tables: { ...tables, secondScored: true } });
    // It may stay on its way: so one entry stands for any number of the same call.
    for (const [row] of state.orphans) following.push({ ...state, lasair: row });
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
    name: (typeof SENDERS)[number],
    sender: Sender,
    become: (sender: Sender, change?: Partial<State>) => void,
  ): void {
    const idle: Sender = { at: 'idle' };
    const { tables, orphans } = state;
    const isPending = (stem: number) => tables.statuses[stem] === 0 && (stem === 0 || tables.secondScored);
    if (sender.at === 'idle') {
      for (const stem of [0, 1].filter(isPending)) {
        const [, { score, seen }] = model.plan(tables, stem);
        if (score && !score.isSuperseded) become({ at: 'planned', own: { stem, seen }, filler: undefined });
        else become({ at: 'settling', stems: [[stem, score !== undefined]] });
      }
      return;
    }
    switch (sender.at) {
      case 'planned': {
        become(idle);
        const { own, filler } = sender;
        const other = 1 - own.stem;
        if (filler === undefined && isPending(other)) {
          const [, { score, seen }] = model.plan(tables, other);
          if (score) become({ ...sender, filler: { stem: other, seen, isSuperseded: score.isSuperseded } });
        }
        const goesAlong = filler?.isSuperseded === false ? { stem: filler.stem, seen: filler.seen } : undefined;
        const [reserved, outcome] = model.reserve(tables, name, own, goesAlong);
        const gaveWay = (stem: number) => outcome.superseded.includes(stem);
        const stems: Settling[] = [[own.stem, gaveWay(own.stem)]];
        if (filler) stems.push([filler.stem, filler.isSuperseded || gaveWay(filler.stem)]);
        assert.ok(outcome.reserved.length <= 1, 'two scores of one object in a call');
        const [stem] = outcome.reserved;
        const change = { tables: reserved };
        if (stem !== undefined) become({ at: 'reserved', plan: { own, stems }, stem, left: RESERVED_TICKS }, change);
        else if (gaveWay(own.stem)) become({ at: 'settling', stems }, change);
        else become(idle, change);
        return;
      }
      case 'reserved': {
        become(idle);
        const { plan, stem, left } = sender;
        // With nothing left: it was stopped between its look at the clock and the call.
        become({ at: 'called', plan, stem, left, request: 'flying', isLate: left === 0 });
        return;
      }
      case 'called': {
        const { request, isLate, plan, stem } = sender;
        const row = stem + 1;
        const ends: CallEnd[] = ['unanswered'];
        if (request === 'flying') {
          become({ ...sender, request: 'arrived' }, { lasair: row });
          become({ ...sender, request: 'lost' });
        } else if (request === 'arrived') ends.push('taken', 'refused-midway');
        else ends.push('refused', 'refused-midway');
        for (const end of ends) {
          const change: Partial<State> = {
            tables: model.finish(tables, name, stem, end),
            ...(request === 'flying' && { orphans: [...orphans, [row, RESERVED_TICKS] as const] }),
          };
          if (end === 'taken') become({ at: 'settling', stems: plan.stems }, change);
          else {
            become(idle, change);
            // Or it tries again, with its own score alone and as it was planned.
            become({ at: 'planned', own: plan.own, filler: undefined }, change);
          }
        }
        // The assumption: a sender that calls after its reservation has expired lives to record the result.
        if (isLate && request !== 'lost') return;
        become(idle, request === 'flying' ? { orphans: [...orphans, [row, sender.left] as const] } : {});
        return;
      }
      case 'settling': {
        become(idle);
        const { stems } = sender;
        const [[stem, isSuperseded], ...rest] = stems as [Settling, ...Settling[]];
        const change = { tables: model.settle(tables, stem, isSuperseded) };
        become(rest.length > 0 ? { at: 'settling', stems: rest } : idle, change);
      }
    }
  }

  function tick(state: State): State {
    const senders = state.senders.map((sender): Sender => {
      if (sender.at !== 'reserved' && sender.at !== 'called') return sender;
      const left = Math.max(sender.left - 1, 0);
      if (sender.at === 'reserved') return { ...sender, left };
      return { ...sender, left, isLate: sender.isLate || (left === 0 && sender.request === 'flying') };
    }) as [Sender, Sender];
    // The assumption: a call arrives before its reservation runs out.
    const orphans = state.orphans.map(([row, left]) => [row, left - 1] as const).filter(([, left]) => left > 0);
    return { ...state, tables: model.later(state.tables), senders, orphans };
  }

  /** One text for states that differ in nothing that matters. */
  function keyOf({ tables, senders, orphans, lasair }: State): string {
    const calls = [...new Set(orphans.map((orphan) => orphan.join()))].sort();
    return [model.numberOf(tables), ...senders.map(textOf), lasair, ...calls].join(' ');
  }

  /** Short, as there are many; JSON.stringify would take most of the time. */
  function textOf(sender: Sender): string {
    switch (sender.at) {
      case 'idle':
        return '-';
      case 'planned': {
        const { own, filler } = sender;
        return `p${own.stem}${own.seen}${filler ? `+${filler.stem}${filler.seen}${filler.isSuperseded}` : ''}`;
      }
      case 'reserved':
        return `r${sender.stem}${sender.left}${planText(sender.plan)}`;
      case 'called':
        return `c${sender.stem}${sender.left}${sender.request}${sender.isLate}${planText(sender.plan)}`;
      case 'settling':
        return `s${sender.stems.join()}`;
    }
  }

  const planText = ({ own, stems }: Plan) => `${own.stem}${own.seen}${stems.join()}`;

  const isAtRest = ({ tables, senders, orphans }: State) =>
    tables.secondScored &&
    tables.statuses.every((status) => status === 1) &&
    senders.every(({ at }) => at === 'idle') &&
    orphans.length === 0;

  /** The states on a shortest way from the start, one a line. */
  function story(visit: Visit): string {
    const states = [visit.state];
    for (let at = visit; at.state !== START; states.unshift(at.state)) at = at.before[0]!;
    return states.map((state) => JSON.stringify(state)).join('\n');
  }

  /** Goes through every state, those nearest to the start first. */
  async function explore(newest: number): Promise<{ states: number; atRest: number }> {
    const visits = new Map<string, Visit>([[keyOf(START), { state: START, before: [] }]]);
    const rest: Visit[] = [];
    // A Map gives what is added while one goes through it.
    for (const visit of visits.values()) {
      const { state } = visit;
      if (isAtRest(state)) {
        if (state.lasair !== newest) assert.fail(`Lasair holds an older score, or none:\n${story(visit)}`);
        const { annotation, outcomes } = state.tables;
        const recorded = annotation?.accepted ?? 0;
        if (recorded !== newest || outcomes[recorded - 1] !== 'accepted')
          assert.fail(`what Lasair holds is not recorded:\n${story(visit)}`);
        rest.push(visit);
      }
      let states: State[] | undefined;
      while (!states) {
        try {
          states = next(state);
        } catch (step) {
          if (!(step instanceof StepToRun)) throw step;
          await step.run();
        }
      }
      for (const following of states) {
        const key = keyOf(following);
        const known = visits.get(key);
        if (!known) visits.set(key, { state: following, before: [visit] });
        else if (known !== visit) known.before.push(visit);
      }
    }
    const canRest = new Set(rest);
    for (const visit of canRest) for (const earlier of visit.before) canRest.add(earlier);
    const stuck = [...visits.values()].find((visit) => !canRest.has(visit));
    if (stuck) assert.fail(`a state from which the work is never done:\n${story(stuck)}`);
    return { states: visits.size, atRest: rest.length };
  }

  async function endsRight(t: TestContext, scores: [ModelScore, ModelScore], newest: number): Promise<void> {
    model = await LedgerModel.open(newPlace(t), scores);
    const begun = performance.now();
    const { states, atRest } = await explore(newest);
    assert.ok(atRest > 0);
    assert.ok(states > 1000, `only ${states} states: the model does not interleave`);
    t.diagnostic(
      `${states} states, ${atRest} at rest, ${model.steps} steps on the ledger, ${Math.round(performance.now() - begun)} ms`,
    );
    await model.close();
  }

  const older = { source: 1n, time: 61073.1 };
  const newer = { source: 2n, time: 61073.2 };

  for (const [name, scores, newest] of [
    ['the newer source is scored second', [older, newer], 2],
    ['the newer source is scored first', [newer, older], 1],
  ] as const) {
    test(`Lasair ends with the newest score if ${name}`, (t) => endsRight(t, [...scores], newest));
  }
});
