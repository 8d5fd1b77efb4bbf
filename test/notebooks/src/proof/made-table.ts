import type { Cell, Column, ColumnType, Table } from '@lvra/export';

const BATCH_ROWS = 5000;

/** Texts that a format could get wrong; made_table.py has the same. */
const TEXTS = [
  '',
  'r0b',
  'NA',
  'null',
  'nan',
  'a,b;c',
  'a "quoted" word',
  'two\nlines',
  'a carriage\rreturn',
  'a\ttab',
  ' spaces around ',
  '<TD>&amp;</TD>',
  '=1+1',
  "it's",
  'Ångström, 星, 🌟',
  'bell\u0007',
];

const DOUBLES = [-0, 0, 5e-324, -2.225073858507201e-308, 1.7976931348623157e308, 1e23, 0.1, 123456789012345680];
const INFINITE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, null];

/** Every type, with values that a writer or a reader could change, and missing cells; made_table.py makes the same rows. */
const CELLS: Readonly<Record<string, readonly [ColumnType, (row: number, hash: bigint) => Cell]>> = {
  id: ['int64', (row) => 2n ** 63n - 1n - BigInt(row)],
  any_id: ['int64', (row, hash) => (row % 7 === 3 ? null : BigInt.asIntN(64, hash))],
  rare_id: ['int64', (row) => (row % 100_000 === 0 ? -(2n ** 63n) + BigInt(row) : null)],
  count: ['int32', (row, hash) => (row % 5 === 2 ? null : Number(BigInt.asIntN(32, hash)))],
  bits: ['double', (row, hash) => (row % 13 === 4 ? null : finiteOf(hash))],
  neighbours: ['double', (row) => (row % 17 === 6 ? null : doubleOf(0x3ff0000000000000n + BigInt(row)))],
  extremes: ['double', (row) => (row % 9 === 8 ? null : DOUBLES[row % 9]!)],
  whole: ['double', (row) => (row % 3 === 1 ? null : row % 1000)],
  infinite: ['double', (row) => INFINITE[row % 4]!],
  never: ['double', () => null],
  flag: ['boolean', (row, hash) => (row % 4 === 1 ? null : (hash & 1n) === 1n)],
  text: ['text', (row) => (row % 17 === 16 ? null : TEXTS[row % 17]!)],
};

export function madeTable(count: number): Table {
  const makers = Object.values(CELLS);
  return {
    name: 'made',
    description: 'Values that a format could change.',
    columns: Object.entries(CELLS).map(
      ([name, [type]]): Column => ({
        name,
        type,
        unit: type === 'double' ? 'nJy' : null,
        ucd: null,
        description: name,
      }),
    ),
    async *rows() {
      for (let from = 0; from < count; from += BATCH_ROWS) {
        const rows = Array.from({ length: Math.min(BATCH_ROWS, count - from) }, (_, index) => from + index);
        const hashes = rows.map(splitmix64);
        yield {
          count: rows.length,
          columns: makers.map(([, cellOf]) => rows.map((row, index) => cellOf(row, hashes[index]!))),
        };
      }
    },
  };
}

/** The output of SplitMix64 from seed 0 (Steele, Lea and Flood, 2014): the same 64 bits in every language. */
function splitmix64(row: number): bigint {
  let z = BigInt.asUintN(64, BigInt(row + 1) * 0x9e3779b97f4a7c15n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

const view = new DataView(new ArrayBuffer(8));

function doubleOf(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** A double of any bits, but of a finite number: null else. */
function finiteOf(bits: bigint): number | null {
  const value = doubleOf(bits);
  return Number.isFinite(value) ? value : null;
}
