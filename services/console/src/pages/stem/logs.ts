import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nightOf } from '@lvra/core';
import type { Look, StemRecord } from '@lvra/operations';
import { logNameOf } from '@lvra/telemetry';

/** The log files in which the stem is named, below the data root: those of its stages, of the days on which they worked. */
export function logsOf({ paths }: Pick<Look, 'paths'>, { events }: Pick<StemRecord, 'events'>): string[] {
  const files = events.flatMap(({ at, stage, vra }) => {
    if (at === null) return [];
    const folder = paths.logs(nightOf(new Date(at)));
    return [logNameOf(stage, vra || undefined), logNameOf('run')].map((name) => join(folder, `${name}.log`));
  });
  return [...new Set(files)].filter((file) => existsSync(file)).map((file) => relative(paths.root, file));
}
