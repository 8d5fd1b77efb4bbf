/** The form of a date that HTTP servers must send: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;

/**
 * How long a Retry-After header asks to wait, ms: seconds, or a date.
 *
 * @param now ms since 1970
 * @returns undefined if there is no header, the time is over, or the text is neither
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^[0-9]+$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : 0;
  return ms > 0 ? ms : undefined;
}
