import { bodyOf } from '@lvra/annotate/lasair-client';
import { sift } from '@lvra/annotate/sift';
import type { HotPaths } from './hot-path.js';
import type { Input } from './inputs.js';
import { LedgerFlow } from './ledger-flow.js';

const R0B = {
  topic: 'r0b_lvra',
  explanation: 'r0b - Real Or Bogus Classifier',
  url: 'https://lasairvras.github.io/lvra-doc/r0b.html',
};
const STEM = '20260422_000000';

/** The scores of a stem to the JSON of one list call. */
export function annotationPaths(input: Input): HotPaths {
  const flow = new LedgerFlow(input);
  flow.begin();
  flow.register();
  flow.recordFeatures();
  flow.recordScores();
  const scores = flow.read();
  flow.close();
  const run = () => {
    const { sendable } = sift({ scores, seen: 0n }, STEM, R0B, () => true);
    const { length } = bodyOf(
      'annotatelist',
      sendable.map(({ json }) => json),
    );
    if (length === 0) throw new Error('the body of the list call is empty');
  };
  const name = 'scores to the JSON of a list call';
  return { paths: [{ group: 'annotation', name, input: input.name, alerts: scores.length, run }] };
}
