/** A place on the sky as observers write it: `10:00:24.00 -30:12:00.0`. */
export function sexagesimal(ra: number, decl: number): { ra: string; decl: string } {
  const hours = parts(ra / 15, 2);
  const degrees = parts(Math.abs(decl), 1);
  return {
    ra: [String(Number(hours[0]) % 24).padStart(2, '0'), hours[1], hours[2]].join(':'),
    decl: `${decl < 0 ? '-' : '+'}${degrees.join(':')}`,
  };
}

/** Whole units, sixtieths and their sixtieths, which are rounded first: 59.999 s is a minute. */
function parts(value: number, decimals: number): [string, string, string] {
  const unit = 10 ** decimals;
  const all = Math.round(value * 3_600 * unit);
  const seconds = (all % (60 * unit)) / unit;
  const minutes = Math.floor(all / (60 * unit)) % 60;
  const whole = Math.floor(all / (3_600 * unit));
  return [two(whole), two(minutes), seconds.toFixed(decimals).padStart(decimals + 3, '0')];
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
