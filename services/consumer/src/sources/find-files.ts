import { accessSync, closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { messageOf, UsageError } from '@lvra/core';

const EXTENSIONS = ['.json', '.ndjson', '.jsonl'];
const OPENING_BRACKET = 0x5b;
/** Enough to see past leading white space. */
const LOOK_BYTES = 4_096;

export interface ReplayFiles {
  readonly files: readonly string[];
  /** JSON files below the folder that are not a list of alerts. */
  readonly leftOut: readonly string[];
}

/**
 * The files to replay: the path itself, or all alert files below it in the order of their paths. Below a folder a
 * `.json` counts only if it is a list, as a batch file is: a folder may hold other JSON, whose every line would end in
 * quarantine. A file that is named itself is always read.
 *
 * @throws UsageError if one cannot be read or there is none
 */
export function replayFiles(path: string): ReplayFiles {
  try {
    const isFolder = statSync(path).isDirectory();
    const found = isFolder ? filesBelow(path) : [path];
    for (const file of found) accessSync(file, constants.R_OK);
    const strays = new Set(isFolder ? found.filter((file) => extname(file) === '.json' && !isBatchFile(file)) : []);
    const files = found.filter((file) => !strays.has(file));
    if (files.length > 0) return { files, leftOut: [...strays] };
    if (strays.size > 0) throw new Error(`none of its ${strays.size} .json files is a list of alerts`);
  } catch (error) {
    throw new UsageError(`cannot replay ${path}: ${messageOf(error)}`, { cause: error });
  }
  throw new UsageError(`cannot replay ${path}: there is no ${EXTENSIONS.join(', ')} file in it`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && EXTENSIONS.includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** True for a batch file, which is a JSON array; otherwise it has one alert a line. */
export function isBatchFile(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(LOOK_BYTES);
    const bytes = readSync(file, start, 0, LOOK_BYTES, 0);
    return start.subarray(0, bytes).find((byte) => byte > 0x20) === OPENING_BRACKET;
  } finally {
    closeSync(file);
  }
}
