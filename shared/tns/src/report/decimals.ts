/** A number with a fixed number of decimals; zero has no sign. */
export function decimalText(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** A right ascension in degrees, from 0 to below 360: what is rounded up to the full circle is 0. */
export function rightAscensionText(degrees: number, digits: number): string {
  const text = decimalText(degrees, digits);
  return Number(text) === 360 ? decimalText(0, digits) : text;
}
