import { join } from 'node:path';
import type { Settings } from '@lvra/config';
import { STAGES, UsageError } from '@lvra/core';
import { type Moved, type MoveProgress, moveToFile, moveToServer } from '@lvra/ledger';
import { takeLocks } from '@lvra/runtime';
import { dataPaths } from '@lvra/store';
import { unusedName } from './unused-name.js';

/** What was moved, and where the file is that was in the ledger's place before, if one was moved out of the way. */
export interface MovedLedger extends Moved {
  readonly aside: string | undefined;
}

/**
 * Moves the ledger of the data folder to the server that the settings name, or back.
 *
 * @throws LockHeld if a service, `lvra run` or the Python pipeline works on the data folder, on this host or another
 * @throws UsageError if the settings name no server, or the ledger cannot be moved
 */
export async function moveLedger(settings: Settings, isBack: boolean, onProgress: MoveProgress): Promise<MovedLedger> {
  const { ledger: server } = settings;
  if (typeof server === 'string') {
    throw new UsageError(
      'the settings name no server: set ledger to postgres://… and its password; the file is found in the data folder',
    );
  }
  const paths = dataPaths(settings.dataRoot);
  const locks = takeLocks(paths, ['consumer', ...STAGES, 'tns'], 'exclusive', 'lvra ledger move');
  try {
    if (!isBack) return { ...(await moveToServer(paths.database, server, onProgress)), aside: undefined };
    const aside = unusedName((second) => join(paths.beforeRestore, second));
    return { ...(await moveToFile(server, paths.database, join(aside, 'db'), onProgress)), aside };
  } finally {
    locks.release();
  }
}
