import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Suits V8's collector to these processes, whose objects are few and small (some 20 MB) beside the bytes of alerts that
 * come and go outside its heap.
 *
 * Those bytes make it collect several times a second. In one go that takes some 10 ms; in steps, as V8 does it by
 * itself to spare web pages a pause, it takes more CPU than the grammar check of the alerts.
 */
export function suitCollector(): void {
  // V8 aborts the process where the flag changes while it marks in steps, as it may after the modules were loaded
  // ("Check failed: marking_state_.GreyToBlack"). A collection in one go ends that, and nothing begins before the change.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--no-incremental-marking');
}
