import { setImmediate as othersGoOn } from 'node:timers/promises';
import { isStem, parseId, stemOf, utcMsOf } from '@lvra/core';
import type { Ledger } from '@lvra/ledger';
import { nightNamed } from '../../night-span.js';
import type { Look } from '../../open-ledger.js';
import { positionOf } from '../candidates/position.js';

/** What a text that somebody looks for turned out to be. Ids are decimal strings. */
export type Found =
  | { readonly kind: 'object'; readonly diaObjectId: string; readonly diaSourceId: string | null }
  | { readonly kind: 'stem'; readonly stem: string }
  | { readonly kind: 'night'; readonly night: string }
  | { readonly kind: 'position'; readonly ra: number; readonly decl: number; readonly radius: number | null }
  /** Why not, in sentences. */
  | { readonly kind: 'nothing'; readonly because: readonly string[] };

const DAY_MS = 86_400_000;
/** How many alerts are looked through for a source at most, and at once: no index has sources by object. */
const MOST_ALERTS = 100_000;
const MOST_STEMS = 10_000;
const ALERTS_AT_ONCE = 5_000;
/** What a stem of the Python pipeline is taken for. */
const ALERTS_UNKNOWN = 1_000;

/** An object, a source, a stem, a night, a name at TNS or a position. */
export async function search(look: Look, text: string): Promise<Found> {
  const asked = text.trim();
  if (isStem(asked)) return { kind: 'stem', stem: asked };
  const id = parseId(asked);
  if (id !== undefined) return withId(look, id);
  const position = positionOf(asked);
  if (position) return { kind: 'position', ...position, radius: position.radius ?? null };
  const name = asked.replace(/^(AT|SN)\s*/i, '').toLowerCase();
  for (const [diaObjectId, objname] of await look.ledger.tns.names()) {
    if (objname.toLowerCase() === name) return { kind: 'object', diaObjectId: String(diaObjectId), diaSourceId: null };
  }
  return { kind: 'nothing', because: [`It is no id, no stem, no position, and no name at TNS that a report brought.`] };
}

async function withId({ ledger }: Look, id: bigint): Promise<Found> {
  if ((await ledger.objects.lastStem(id)) !== undefined || (await ledger.objects.scores(id)).length > 0) {
    return { kind: 'object', diaObjectId: String(id), diaSourceId: null };
  }
  const night = nightOf(String(id));
  if (night !== undefined) return { kind: 'night', night };
  const midpoint = await ledger.nights.observed(id);
  const observed = midpoint === undefined ? undefined : new Date(Math.round(utcMsOf(midpoint)));
  const { object, looked } = await objectOf(ledger, id, observed);
  if (object !== undefined) return { kind: 'object', diaObjectId: String(object), diaSourceId: String(id) };
  return {
    kind: 'nothing',
    because: [
      `No alert of an object ${id} has come through the filter.`,
      observed === undefined
        ? `As a source it was not in the last ${looked} alerts; older ones are not found by their sources.`
        : `It is a source that was observed at ${observed.toISOString()}, but it was in none of the ${looked} alerts ` +
          'that were looked at, of the day after that and of the newest, and there is no other way to its object: look among the candidates of that night.',
    ],
  };
}

function nightOf(text: string): string | undefined {
  return text.length === 8 && isStem(`${text}_000000`) ? nightNamed(text).name : undefined;
}

interface Looked {
  readonly object: bigint | undefined;
  /** How many alerts were looked at. */
  readonly looked: number;
}

/** By the alerts that came in the day after it was observed, then by the newest: replayed and simulated ones come later. */
async function objectOf(ledger: Ledger, source: bigint, observed: Date | undefined): Promise<Looked> {
  const { nights } = ledger;
  const span = observed && { from: stemOf(observed), before: stemOf(new Date(observed.getTime() + DAY_MS)) };
  const soon = span ? await among(ledger, source, await nights.stems(span)) : { object: undefined, looked: 0 };
  if (soon.object !== undefined) return soon;
  const newest = await nights.newestStems(MOST_STEMS);
  const others = span ? newest.filter(({ stem }) => stem < span.from || stem >= span.before) : newest;
  const late = await among(ledger, source, others);
  return { object: late.object, looked: soon.looked + late.looked };
}

type Stems = Awaited<ReturnType<Ledger['nights']['newestStems']>>;

async function among({ nights }: Ledger, source: bigint, stems: Stems): Promise<Looked> {
  let looked = 0;
  for (let at = 0; at < stems.length && looked < MOST_ALERTS; ) {
    const some: string[] = [];
    for (let alerts = 0; at < stems.length && alerts < ALERTS_AT_ONCE; at++) {
      const each = stems[at] as (typeof stems)[number];
      some.push(each.stem);
      alerts += each.alerts ?? ALERTS_UNKNOWN;
      looked += each.alerts ?? ALERTS_UNKNOWN;
    }
    const object = await nights.objectOfSource(source, some);
    if (object !== undefined) return { object, looked };
    await othersGoOn();
  }
  return { object: undefined, looked };
}
