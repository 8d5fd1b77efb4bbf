import { open } from 'node:fs/promises';
import type { AlertSizes, QuarantinedAlert } from '@lvra/ledger';
import { alertOffsets, batchFileBytes } from '@lvra/store';

/**
 * The bytes of an alert in a batch file, read without the others.
 *
 * @param sizes of the alerts of the file, as its maker recorded them
 * @returns undefined if the file is not the one that was recorded, or has no such alert
 */
export async function bytesAtPlace(
  path: string,
  { lengths }: AlertSizes,
  { position }: Pick<QuarantinedAlert, 'position'>,
): Promise<Buffer | undefined> {
  const [offset, length] = [alertOffsets(lengths)[position], lengths[position]];
  if (offset === undefined || length === undefined) return undefined;
  const file = await open(path);
  try {
    const bytes = lengths.reduce((sum, each) => sum + each, 0);
    if ((await file.stat()).size !== batchFileBytes({ alerts: lengths.length, bytes })) return undefined;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    return bytesRead === length && isObject(buffer) ? buffer : undefined;
  } finally {
    await file.close();
  }
}

/** An alert begins and ends so; what lies elsewhere most probably does not. */
function isObject(bytes: Buffer): boolean {
  return bytes.at(0) === '{'.charCodeAt(0) && bytes.at(-1) === '}'.charCodeAt(0);
}
