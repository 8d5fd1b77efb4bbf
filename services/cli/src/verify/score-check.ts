import type { ScoreFact, StemFacts } from '@lvra/shared/ledger/verify-stems';
import { isDone } from '@lvra/shared/status';
import { doAgain, forgetScores } from './advice.js';
import type { Findings } from './findings.js';
import { compare, pairOf } from './tally.js';

/**
 * Holds the scores that a VRA has of a stem against the stem's feature rows, and the outcomes against the scores.
 *
 * @param rows the pairs of ids that must have a score; undefined where nobody can tell
 */
export function checkScores(
  facts: StemFacts,
  rows: readonly string[] | undefined,
  vra: string,
  findings: Findings,
): void {
  const scores = facts.scores.filter(({ model }) => model === vra);
  const versions = new Map<string, ScoreFact[]>();
  for (const score of scores) {
    const version = score.version ?? '';
    versions.set(version, [...(versions.get(version) ?? []), score]);
  }
  const status = facts.status('predict', vra);
  if (rows) {
    const compared = [...versions].map(([version, of]) => ({ version, ...compare(rows, keptFirst(of), pairOf) }));
    for (const { version, doubled, strange } of compared) report(facts.stem, vra, version, doubled, strange, findings);
    // A stem may be scored by several versions of a model; one of them must have scored all of it.
    const [best] = compared.sort((a, b) => a.missing.length - b.missing.length);
    const missing = compare(best?.missing ?? rows, facts.unscored(vra), pairOf).missing;
    if (typeof status === 'number' && isDone(status)) reportMissing(facts.stem, vra, missing, findings);
  }
  checkOutcomes(facts, scores, vra, findings);
}

/** Of several scores of one source that stays which Lasair took. */
function keptFirst(scores: readonly ScoreFact[]): ScoreFact[] {
  const isTaken = ({ outcome }: ScoreFact) => (outcome === 'accepted' ? 0 : 1);
  return [...scores].sort((a, b) => isTaken(a) - isTaken(b) || Number(a.id - b.id));
}

function report(
  stem: string,
  vra: string,
  version: string,
  doubled: readonly ScoreFact[],
  strange: readonly ScoreFact[],
  findings: Findings,
): void {
  for (const { id, diaObjectId, diaSourceId } of doubled) {
    const what = `provenance has the score of source ${diaSourceId} by version ${version} twice, once as row ${id}`;
    findings.add({ check: 'doubled', stem, vra, object: String(diaObjectId), what, todo: forgetScores([id], stem) });
  }
  for (const { id, diaObjectId, diaSourceId } of strange) {
    const what = `row ${id} of provenance is a score of source ${diaSourceId}, of which there is no feature row`;
    findings.add({ check: 'id', stem, vra, object: String(diaObjectId), what, todo: forgetScores([id], stem) });
  }
}

function reportMissing(stem: string, vra: string, missing: readonly string[], findings: Findings): void {
  for (const pair of missing) {
    const [object = '?', source] = pair.split(' ');
    const what = `the feature row of source ${source} has no score, and the stem counts as scored`;
    findings.add({ check: 'scores', stem, vra, object, what, todo: doAgain(stem) });
  }
}

function checkOutcomes(facts: StemFacts, scores: readonly ScoreFact[], vra: string, findings: Findings): void {
  const status = facts.status('annotate', vra);
  if (typeof status !== 'number' || !isDone(status) || !facts.doneByUs('annotate', vra)) return;
  for (const { diaObjectId, diaSourceId, outcome } of scores) {
    if (outcome !== null) continue;
    findings.add({
      check: 'outcomes',
      stem: facts.stem,
      vra,
      object: String(diaObjectId),
      what: `the score of source ${diaSourceId} is neither annotated nor is there a reason, and the stem counts as annotated`,
      todo: doAgain(facts.stem, 'annotate'),
    });
  }
}
