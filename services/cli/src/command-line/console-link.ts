import type { Settings } from '@lvra/config';

/** Where the console shows it, as a line; none where no address of a console is set. */
export function consoleLink({ console: { url } }: Settings, path: string): string[] {
  return url === undefined ? [] : [`${url}${path}`];
}
