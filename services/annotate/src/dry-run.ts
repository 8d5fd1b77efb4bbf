import { writeFileAtomically } from '@lvra/store';
import { bodyOf } from './lasair/client.js';

/**
 * Writes the calls that would have been made, one a line: `{"endpoint": …, "body": …}`. A stem without any gives an
 * empty file.
 *
 * @param annotations JSON texts
 */
export async function writeDryRun(
  path: string,
  endpoint: string,
  annotations: readonly string[],
  listSize: number,
): Promise<void> {
  const url = JSON.stringify(`${endpoint}/annotatelist/`);
  await writeFileAtomically(path, async (file) => {
    for (let at = 0; at < annotations.length; at += listSize) {
      const body = bodyOf('annotatelist', annotations.slice(at, at + listSize));
      await file.appendFile(`{"endpoint":${url},"body":${body}}\n`);
    }
  });
}
