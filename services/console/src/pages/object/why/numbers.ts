/** With its sign, and a minus that is as wide as the plus. */
export function signed(number: number): string {
  const text = Math.abs(number).toFixed(4);
  return `${number < 0 ? '−' : '+'}${text}`;
}
