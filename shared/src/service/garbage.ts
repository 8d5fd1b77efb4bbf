import { setFlagsFromString } from 'node:v8';

/**
 * Suits V8's collector to these processes, whose objects are few and small (some 20 MB) beside the bytes of alerts that
 * come and go outside its heap.
 *
 * Those bytes make it collect several times a second. In one go that takes some 10 ms; in steps, as V8 does it by
 * itself to spare web pages a pause, it takes more CPU than the grammar check of the alerts.
 */
export function suitCollector(): void {
  setFlagsFromString('--no-incremental-marking');
}
