import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileVersionOf } from '@lvra/config';
import { messageOf } from '@lvra/core';

/** The models' folder at one moment. */
export interface FolderLook {
  /** A summary of its files; undefined if one is so new that its next change may not show. */
  readonly state: string | undefined;
}

/** How old another VRA's look may be to be shared: with 200 VRAs in one folder each look costs 200 times as much. */
const SHARED_MS = 1_000;

const looks = new Map<string, { readonly look: FolderLook; readonly at: number }>();

/**
 * Checks whether something has changed in a folder of models.
 *
 * @param before the caller's last look, not used by the caller any more
 */
export function lookInto(folder: string, before: FolderLook | undefined): FolderLook {
  const last = looks.get(folder);
  if (last && last.look !== before && performance.now() - last.at < SHARED_MS) return last.look;
  const look = { state: stateOf(folder) };
  looks.set(folder, { look, at: performance.now() });
  return look;
}

function stateOf(folder: string): string | undefined {
  const files = listed(folder).filter((name) => name.endsWith('.onnx') || name.endsWith('.json'));
  const stamps = files.map((name) => fileVersionOf(join(folder, name)));
  return stamps.includes(undefined) ? undefined : JSON.stringify([files, stamps]);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // findModel reports what is wrong with the folder.
    return [messageOf(error)];
  }
}
