import { statSync } from 'node:fs';
import type { StemVerification } from '@lvra/shared/ledger/verify-stems';
import { countUp, type Findings } from './findings.js';
import type { Nights } from './nights.js';

/** A consumer that lives registers its file sooner than this, and removes what a killed one left after it. */
const IN_HAND_MS = 20 * 60_000;

/** Looks for files of stems that the ledger does not know. @param from first and last stem */
export function checkStrayFiles(
  stems: StemVerification,
  nights: Nights,
  [from, to]: readonly [string, string],
  now: number,
  findings: Findings,
): void {
  for (const kind of ['batch', 'features'] as const) {
    for (const { stem, path } of nights.files(kind, from, to)) {
      if (stems.knows(stem)) continue;
      const file = statSync(path, { throwIfNoEntry: false });
      // It was registered, or removed, since the folder was read.
      if (!file || stems.knows(stem)) continue;
      if (now - file.mtimeMs < IN_HAND_MS) countUp(findings.counts.pending, 'consumer');
      else {
        findings.add({
          check: 'batch',
          stem,
          what: `${path} is of a stem that the ledger does not know`,
          todo: 'remove it; but where log.db was restored from a copy and Kafka has its alerts no more, read it again: lvra run --once --source replay',
        });
      }
    }
  }
}
