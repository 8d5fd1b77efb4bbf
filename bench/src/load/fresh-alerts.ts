import { simulatedStream } from '../pipeline/alerts.js';

/** So many different alerts are made once; the simulator would take more CPU than the services. */
const TEMPLATES = 1_000;
/** 18 digits, as Rubin's ids have in its first years: above 2^53, so that a double would spoil them. */
const FIRST_ID = 800_000_000_000_000_001n;

/** Alerts of real size without end, each a new source of a new object. */
export function* freshAlerts(templates = TEMPLATES): Generator<Buffer, never> {
  const stream = simulatedStream();
  const made = Array.from({ length: templates }, () => stream.next().value);
  for (let id = FIRST_ID; ; ) {
    for (const { text, diaObjectId, diaSourceId } of made) {
      yield Buffer.from(text.replaceAll(`${diaObjectId}`, `${id++}`).replaceAll(`${diaSourceId}`, `${id++}`), 'latin1');
    }
  }
}
