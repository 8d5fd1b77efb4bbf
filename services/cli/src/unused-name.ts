import { existsSync } from 'node:fs';
import { stemOf } from '@lvra/shared/stem';

/** A path named after this second, or after the next one of which there is none yet: two may be made within a second. */
export function unusedName(pathOf: (second: string) => string): string {
  const instant = new Date();
  for (;;) {
    const path = pathOf(stemOf(instant));
    if (!existsSync(path)) return path;
    instant.setUTCSeconds(instant.getUTCSeconds() + 1);
  }
}
