import { realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readBatch } from '@lvra/alerts';
import { isStem, messageOf, UsageError } from '@lvra/core';
import type { QuarantinedAlert } from '@lvra/ledger';
import type { DataPaths } from '@lvra/store';

/** Where the bytes of an alert in quarantine are, as the ledger says. */
type Place = Pick<QuarantinedAlert, 'stem' | 'path'>;

/** The path of an alert whose bytes are in the batch file of its stem, at its position, and need no copy. */
export function pathInBatch(paths: DataPaths, stem: string): string {
  return relative(paths.root, paths.batch(stem));
}

export function isInBatch(paths: DataPaths, { stem, path }: Place): boolean {
  return isStem(stem) && path === pathInBatch(paths, stem);
}

/**
 * The file with the bytes of an alert in quarantine: its own, or the batch file of its stem.
 *
 * @throws UsageError if there is no such file, or its path leads out of the quarantine folder, by itself or by a link: no
 *   other file is shown or read as an alert, even if the ledger names it
 */
export function quarantineFile(paths: DataPaths, { stem, path }: Place): string {
  let folder: string;
  let file: string;
  try {
    if (isInBatch(paths, { stem, path })) return realpathSync(paths.batch(stem));
    folder = realpathSync(paths.quarantine);
    file = realpathSync(join(paths.root, path));
  } catch (error) {
    refuse(error, path);
  }
  if (file.startsWith(folder + sep) && statSync(file).isFile()) return file;
  throw new UsageError(
    `${path} is not a file of ${paths.quarantine}: the ledger or the folder was tampered with, and it is not read`,
  );
}

/**
 * The bytes of alerts in quarantine; each batch file is read once, whatever the order of the alerts.
 *
 * @throws UsageError if those of one cannot be read
 */
export async function* readQuarantined(
  paths: DataPaths,
  alerts: readonly QuarantinedAlert[],
): AsyncGenerator<readonly [alert: QuarantinedAlert, bytes: Buffer]> {
  const inBatches = new Map<string, QuarantinedAlert[]>();
  for (const alert of alerts) {
    const file = quarantineFile(paths, alert);
    if (!isInBatch(paths, alert)) yield [alert, await readFile(file).catch((error) => refuse(error, alert.path))];
    else inBatches.set(file, [...(inBatches.get(file) ?? []), alert]);
  }
  for (const [file, wanted] of inBatches) yield* fromBatch(file, wanted);
}

async function* fromBatch(file: string, wanted: readonly QuarantinedAlert[]) {
  const left = new Map(wanted.map((alert) => [alert.position, alert]));
  try {
    for await (const { position, bytes } of readBatch(file)) {
      const alert = left.get(position);
      if (alert === undefined) continue;
      left.delete(position);
      yield [alert, Buffer.from(bytes)] as const;
      if (left.size === 0) return;
    }
  } catch (error) {
    refuse(error, file);
  }
  throw new UsageError(`${file} has no alert at the position ${[...left.keys()].join(', ')}: was it altered?`);
}

function refuse(error: unknown, path: string): never {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    throw new UsageError(`the file with the bytes of the alert, ${path}, is gone`, { cause: error });
  }
  throw new UsageError(`the bytes of the alert cannot be read: ${messageOf(error)}`, { cause: error });
}
