/** Before Rubin sent its first alert. */
const BEFORE_ALL_MS = Date.UTC(2025, 0, 1);

/**
 * When Kafka received a message, if credible: a producer that sets the time may have a clock in 1970, and the alert
 * would count as half a century late.
 *
 * @param receivedMs ms since 1970, NaN if unknown
 * @returns NaN also if it is before there were alerts
 */
export function believableArrival(receivedMs: number): number {
  return receivedMs > BEFORE_ALL_MS ? receivedMs : Number.NaN;
}
