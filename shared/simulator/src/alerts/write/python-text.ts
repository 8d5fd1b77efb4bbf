import { pythonFloat } from '@lvra/core';

/** A value of a MySQL FLOAT column as Python prints it: six significant digits. */
export function mysqlFloat(value: number | null): string {
  return value === null ? 'null' : pythonFloat(Number(value.toPrecision(6)));
}

/** numpy's `str` of a float32: the shortest decimals that give the same 32 bits. */
export function float32Text(value: number): string {
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return pythonFloat(short);
  }
  return pythonFloat(Number(single.toPrecision(9)));
}
