import { Session } from 'node:inspector/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf, nightOf, sleep, stemOf } from '@lvra/core';
import { type DataPaths, writeFileAtomically } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';

/** Long enough to see three batches of 10 s. */
const PROFILE_MS = 30_000;

/**
 * On SIGUSR2 the process profiles itself for half a minute, so that a slow service can be examined without a restart that
 * would end what makes it slow.
 *
 * V8's profiler is called from within: no port is opened. The profile is written beside the night's logs as
 * `<name>_<second>_<host>.cpuprofile`; it holds names and places of functions and no data.
 *
 * @returns what stops it; a running profile is cancelled
 */
export function profileOnSignal(paths: DataPaths, name: string, log: Logger, ms = PROFILE_MS): () => void {
  const ending = new AbortController();
  let busy = false;
  const onSignal = async () => {
    if (busy) return log.info('a profile is already running');
    busy = true;
    log.info(`profiling for ${ms / 1_000} s, because of SIGUSR2`);
    try {
      const profile = await takeProfile(ms, ending.signal);
      if (ending.signal.aborted) return;
      const now = new Date();
      const path = join(paths.logs(nightOf(now)), `${name}_${stemOf(now)}_${hostname()}.cpuprofile`);
      await writeFileAtomically(path, (file) => file.writeFile(profile));
      log.info({ path }, 'profiled');
    } catch (error) {
      log.error({ err: error }, `no profile could be taken: ${messageOf(error)}`);
    } finally {
      busy = false;
    }
  };
  process.on('SIGUSR2', onSignal);
  return () => {
    process.removeListener('SIGUSR2', onSignal);
    ending.abort();
  };
}

/** @returns the profile as `node --cpu-prof` would write it */
async function takeProfile(ms: number, signal: AbortSignal): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await sleep(ms, signal);
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}
