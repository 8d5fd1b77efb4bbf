import { filledObjectId } from '@lvra/ledger/testing/large-ledger';

/** A page that is asked for again and again, and how long it may take (p95 of the server's time, ms). */
export interface Measured {
  readonly name: string;
  readonly limitMs: number;
  /** Another address each time, so that none is answered from what was made before. */
  readonly path: (round: number) => string;
  readonly rounds: number;
}

export interface Contents {
  readonly stems: readonly string[];
  readonly nights: readonly string[];
  /** Of the filled ledger. */
  readonly objects: number;
  /** Of the night that runs: they have batch files. */
  readonly liveObjects: readonly string[];
}

export function pagesOf({ stems, nights, objects, liveObjects }: Contents): Measured[] {
  const one = <T>(of: readonly T[], round: number): T => of[(round * 7_919) % of.length] as T;
  const rounds = 100;
  return [
    { name: 'Tonight', limitMs: 20, rounds, path: () => '/' },
    { name: 'Stem', limitMs: 20, rounds, path: (round) => `/stems/${one(stems, round)}` },
    {
      ...{ name: 'Object, of files that are gone', limitMs: 50, rounds },
      path: (round) => `/objects/${filledObjectId((round * 7_919) % objects)}`,
    },
    {
      name: 'Object, with its light curve',
      limitMs: 50,
      rounds,
      path: (round) => `/objects/${one(liveObjects, round)}`,
    },
    { name: 'Candidates, tonight', limitMs: 100, rounds, path: (round) => `/candidates?min=${round / 1_000}` },
    {
      ...{ name: 'Candidates, another night for the first time', limitMs: 500, rounds: 20 },
      path: (round) => `/candidates?night=${one(nights, round)}`,
    },
    {
      ...{ name: 'Candidates, that night again', limitMs: 100, rounds },
      path: (round) => `/candidates?night=${one(nights, 19)}&min=${round / 1_000}`,
    },
    { name: 'Models', limitMs: 50, rounds, path: () => '/models' },
    { name: 'Model', limitMs: 50, rounds, path: () => '/models/r0b' },
    { name: 'Quarantine', limitMs: 20, rounds, path: () => '/quarantine' },
    { name: 'Search', limitMs: 50, rounds, path: (round) => `/search?q=${one(liveObjects, round)}` },
  ];
}
