import { readFile, realpath, stat } from 'node:fs/promises';
import { UsageError } from '@lvra/core';
import { writeFileAtomically } from '@lvra/store';
import { isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { environmentName, vraFileName } from './names.js';
import type { VraSettings } from './vra.js';
import { type Profile, shownPath } from './yaml-file.js';

const KEY = vraFileName('modelVersion');

/**
 * Writes MODEL_VERSION into the file of a VRA, at the place that counts for the profile, and changes nothing else. The
 * file is complete at any moment; a link stays a link.
 *
 * @throws UsageError if the environment sets the version, or the file has no place for it
 */
export async function writeModelVersion(
  vra: VraSettings,
  version: string,
  profile: Profile,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const variable = environmentName('modelVersion', vra.modelName);
  if (environment[variable]) {
    throw new UsageError(`${variable} is set and overrides ${shownPath(vra.file)}: change it there, or unset it`);
  }
  const path = await realpath(vra.file);
  const changed = withVersion(await readFile(path, 'utf8'), version, profile);
  if (changed === undefined) {
    throw new UsageError(`${shownPath(vra.file)} has no ${KEY} to change: write \`${KEY}: ${version}\` into it`);
  }
  const { mode } = await stat(path);
  await writeFileAtomically(path, async (file) => {
    await file.chmod(mode & 0o7777);
    await file.writeFile(changed);
  });
}

/** The text with another version where it counts; undefined if there is no value to replace. */
function withVersion(text: string, version: string, profile: Profile): string | undefined {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  if (!isMap(document.contents)) return undefined;
  const section = last(document.contents, profile);
  const value = (isMap(section) ? last(section, KEY) : undefined) ?? last(document.contents, KEY);
  if (!isScalar(value) || !value.range) return undefined;
  const [start, end] = value.range;
  return text.slice(0, start) + stringify(version).trimEnd() + text.slice(end);
}

/** The value of a key; if it is written twice, the last one counts, as when the file is read. */
function last(map: YAMLMap, key: string): unknown {
  return (map.items as Pair[]).findLast((pair) => isScalar(pair.key) && pair.key.value === key)?.value;
}
