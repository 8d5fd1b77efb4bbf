/** Before Rubin sent any alert. */
const BEFORE_ALL_MS = Date.UTC(2025, 0, 1);

/**
 * When Kafka received a message, as far as that can be believed: where the producer says it, its clock may stand in 1970,
 * and the alert would count as half a century late.
 *
 * @param receivedMs ms since 1970, NaN where unknown
 * @returns NaN also where it is of before there were alerts
 */
export function believableArrival(receivedMs: number): number {
  return receivedMs > BEFORE_ALL_MS ? receivedMs : Number.NaN;
}
