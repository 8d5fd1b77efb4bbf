import { KIND } from '@lvra/alerts';
import type { AlertView } from './alert.js';
import { numberOf } from './numbers.js';

/** Where the latest source of an alert is, and how bright. Each is undefined if the alert does not say. */
export interface LatestSource {
  /** Degrees, ICRS. */
  readonly ra: number | undefined;
  readonly decl: number | undefined;
  /** Flux of the difference image, nJy; below zero if it is fainter than in the template. */
  readonly psfFlux: number | undefined;
  readonly band: string | undefined;
}

const BANDS = 'ugrizy';

/** Reads it from an alert that has sources. */
export function latestSource(view: AlertView): LatestSource {
  const flux = view.fluxes[view.latest] as number;
  return {
    ra: degrees(view, 'ra'),
    decl: degrees(view, 'decl'),
    psfFlux: Number.isFinite(flux) ? flux : undefined,
    band: bandOf(view),
  };
}

function degrees({ bytes, source }: AlertView, name: string): number | undefined {
  const field = source.find(bytes, name);
  if (field === -1) return undefined;
  const number = numberOf(bytes, source.valueStart(field), source.valueEnd(field), source.kind(field));
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}

/** One of the six letters: any other text may be of any length, and hold what a database refuses. */
function bandOf({ bytes, source }: AlertView): string | undefined {
  const field = source.find(bytes, 'band');
  if (field === -1 || source.kind(field) !== KIND.string) return undefined;
  const start = source.valueStart(field) + 1;
  if (source.valueEnd(field) - 1 - start !== 1) return undefined;
  const letter = String.fromCharCode(bytes[start] as number);
  return BANDS.includes(letter) ? letter : undefined;
}
