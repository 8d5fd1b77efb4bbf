import { Random } from '@lvra/core';
import { type SimulatedAlert, simulateAlerts } from '@lvra/simulator';
import { type Alone, NeighbourWorld, type Stem } from './neighbour-world.js';
import { spoil } from './spoil.js';

export interface NeighbourResult {
  readonly stems: number;
  /** How many of the bad messages were scored nonetheless. */
  readonly scored: number;
  /** The outcomes of the others, with their counts. */
  readonly aside: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

const ALERTS = 200;
const MOST_GOOD_BESIDE = 3;
/** The difference of one score in batches of other sizes: the model adds up its trees in single precision. */
const ROUNDING = 1e-6;

/**
 * Stems of one bad message among good ones, through the feature and the predict stage with a ledger on disk. Judged are
 * the good ones: each has one row and one score, the same as without the bad one.
 */
export async function fuzzNeighbours(stems: number, seed: number): Promise<NeighbourResult> {
  const random = new Random(seed);
  const simulated = simulateAlerts({ seed, forms: 'full', revisits: 0, meanSources: 4 });
  const alerts = Array.from({ length: ALERTS }, () => simulated.next().value);
  const world = await NeighbourWorld.create();
  const faults: string[] = [];
  const aside = new Map<string, number>();
  let scored = 0;
  try {
    const alone = await world.alone(alerts);
    for (let number = 0; number < stems; number++) {
      const first = random.whole(0, ALERTS - 1);
      const beside = random.whole(1, MOST_GOOD_BESIDE);
      const good = Array.from({ length: beside }, (_, n) => alerts[(first + n) % ALERTS] as SimulatedAlert);
      const bad = spoil(alerts[(first + beside) % ALERTS] as SimulatedAlert, random);
      const place = random.whole(0, beside);
      const stem = await world.run(good.map(({ text }): Buffer => Buffer.from(text)).toSpliced(place, 0, bad));
      faults.push(...[...judge(stem, good, alone)].map((fault) => `stem ${number}: ${fault}`));
      if (stem.scores.size > good.length) scored++;
      else for (const reason of stem.aside) aside.set(reason, (aside.get(reason) ?? 0) + 1);
    }
  } finally {
    await world.close();
  }
  return { stems, scored, aside, faults };
}

function* judge(stem: Stem, good: readonly SimulatedAlert[], alone: ReadonlyMap<bigint, Alone>): Generator<string> {
  if (stem.failure !== undefined) yield `it failed: ${stem.failure}`;
  for (const { diaSourceId } of good) {
    const { cells, score } = alone.get(diaSourceId) as Alone;
    const [found, ...doubled] = stem.scores.get(diaSourceId) ?? [];
    if (found === undefined) yield `${diaSourceId} has no score`;
    else if (Math.abs(found - score) > ROUNDING) yield `${diaSourceId} has the score ${found}, alone ${score}`;
    if (doubled.length > 0) yield `${diaSourceId} has ${doubled.length + 1} scores`;
    const [row, ...others] = stem.rows.get(String(diaSourceId)) ?? [];
    if (row === undefined || others.length > 0) yield `${diaSourceId} has ${others.length + (row ? 1 : 0)} rows`;
    for (const [column, cell] of row ?? []) {
      const expected = cells.get(column) ?? '';
      if (column !== 'index' && cell !== expected) yield `${diaSourceId}, ${column}: ${cell}, alone ${expected}`;
    }
    for (const column of cells.keys()) if (row && !row.has(column)) yield `there is no column ${column}`;
  }
  const others = [...stem.scores.keys()].filter((id) => !good.some(({ diaSourceId }) => diaSourceId === id));
  const ends = others.length + stem.aside.length;
  if (ends !== 1 || (others[0] !== undefined && stem.scores.get(others[0])?.length !== 1)) {
    yield `the bad message has ${ends} ends: ${[...others, ...stem.aside].join(', ')}`;
  }
}
