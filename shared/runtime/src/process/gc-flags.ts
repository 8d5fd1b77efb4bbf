import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Disables V8's incremental marking.
 *
 * The bytes of alerts outside V8's heap (some 20 MB) make it collect several times a second. A full collection takes some
 * 10 ms; marking in steps, which spares web pages a pause, takes more CPU than the grammar check of the alerts.
 */
export function tuneGarbageCollector(): void {
  // V8 aborts the process if the flag changes during incremental marking, as may be in progress after loading modules
  // ("Check failed: marking_state_.GreyToBlack"). A full collection finishes it first.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--no-incremental-marking');
}
