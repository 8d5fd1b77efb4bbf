import { existsSync } from 'node:fs';
import { stemOf } from '@lvra/core';

/** A path named after the second of `begun`, or the next unused one: two may be made within a second. */
export function unusedName(pathOf: (second: string) => string, begun = new Date()): string {
  const instant = new Date(begun);
  for (;;) {
    const path = pathOf(stemOf(instant));
    if (!existsSync(path)) return path;
    instant.setUTCSeconds(instant.getUTCSeconds() + 1);
  }
}
