import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { astropyPython } from '@lvra/test-servers/tools';
import type { Point } from '../photometry.js';

/** What astropy and numpy say of some points; all have a flux and an error of the difference image. */
export interface Expected {
  readonly points: readonly {
    readonly microJansky: number;
    readonly microJanskyError: number;
    readonly magnitude: number | null;
    readonly magnitudeError: number | null;
    readonly limit: number;
    readonly utc: string;
  }[];
  readonly means: readonly {
    readonly band: string;
    readonly kind: string;
    readonly of: number;
    readonly time: number;
    readonly flux: number;
    readonly error: number;
  }[];
}

export function expectedOf(points: readonly Point[], snr: number): Expected {
  // Python files are not compiled: they stay in src/.
  const script = fileURLToPath(new URL('../../../../src/plot/light-curve/testing/expected.py', import.meta.url));
  const input = JSON.stringify({ points, snr });
  return JSON.parse(execFileSync(astropyPython(), [script], { input, encoding: 'utf8' })) as Expected;
}
