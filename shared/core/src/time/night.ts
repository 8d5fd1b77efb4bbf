const DAY_MS = 86_400_000;

/**
 * When the night of an instant began, ms since 1970. Nights are counted from noon to noon, UTC: Rubin observes from 22:00
 * to 10:00 at the widest, and a night must not fall into two at midnight.
 */
export function nightBegan(now: number): number {
  return Math.floor((now - DAY_MS / 2) / DAY_MS) * DAY_MS + DAY_MS / 2;
}
