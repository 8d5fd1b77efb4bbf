import { readFileSync } from 'node:fs';

/** Of this release, as package.json at the root of the checkout has it. The bundled command line lies as deep as this file. */
export const { version: VERSION } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string };
