import { isDone } from '@lvra/core';
import { ANNOTATION_OUTCOMES, type ScoreFact, type StemFacts } from '@lvra/ledger';
import { doAgain, forgetScores } from '../advice.js';
import type { Findings } from '../findings.js';
import { compare, pairOf } from './compare-pairs.js';
import type { StemCheck } from './context.js';
import { checkRecorded } from './recorded-check.js';

/**
 * Compares the scores that a VRA has of a stem with the stem's feature rows and what was recorded, and the outcomes with
 * the scores.
 *
 * @param rows the pairs of ids that must have a score; undefined if unknown
 */
export async function checkScores(
  facts: StemFacts,
  rows: readonly string[] | undefined,
  vra: string,
  { findings, models }: StemCheck,
): Promise<void> {
  const { stem } = facts;
  const scores = facts.scores.filter(({ model }) => model === vra);
  const versions = new Map<string, ScoreFact[]>();
  for (const score of scores) {
    const version = score.version ?? '';
    versions.set(version, [...(versions.get(version) ?? []), score]);
  }
  checkOutcomes(facts, scores, vra, findings);
  const odd = scores.filter((row) => !isScore(row));
  for (const { id, score, diaObjectId } of odd) {
    const what = `row ${id} of provenance has ${score === null ? 'no score' : `the score ${score}`}, no probability`;
    findings.add({ check: 'scores', stem, vra, object: String(diaObjectId), what, todo: forgetScores([id], stem) });
  }
  const status = facts.status('predict', vra);
  if (!rows || typeof status !== 'number') return;
  const unscored = facts.unscored(vra);
  const compared = [...versions].map(([version, of]) => ({ version, of, ...compare(rows, keptFirst(of), pairOf) }));
  for (const { version, doubled, strange } of compared) report(stem, vra, version, doubled, strange, findings);
  // A stem may be scored by several versions of a model; one of them must have scored all of it.
  const [best] = [...compared].sort((a, b) => a.missing.length - b.missing.length);
  const missing = compare(best?.missing ?? rows, unscored, pairOf).missing;
  if (!isDone(status)) return;
  reportMissing(stem, vra, missing, findings);
  if (odd.length > 0) return;
  const isTurn = models.isTurn();
  const hasChecksum = ({ version }: { version: string }) =>
    facts.checksum({ kind: 'scores', vra, version }) !== undefined;
  for (const { version, of, doubled, strange, ...rest } of compared) {
    if (rest.missing.length > 0 && !hasChecksum({ version }) && compared.some(hasChecksum)) {
      const what = `provenance has ${of.length} scores of version ${JSON.stringify(version)}, which never scored the stem`;
      findings.add({
        check: 'scores',
        stem,
        vra,
        what,
        todo: forgetScores(
          of.map(({ id }) => id),
          stem,
        ),
      });
      continue;
    }
    const aside = new Set([...doubled, ...strange]);
    const isComplete = compare(rest.missing, unscored, pairOf).missing.length === 0;
    const recorded = { vra, version, scores: of.filter((row) => !aside.has(row)).filter(isScore), isComplete };
    await checkRecorded(facts, recorded, isTurn, models, findings);
  }
}

/** Looks for scores of models that are no VRA's and never were. */
export function checkModelNames(facts: StemFacts, { findings }: StemCheck): void {
  for (const { id, model, diaObjectId } of facts.scores) {
    if (typeof model === 'string' && facts.hasVra(model)) continue;
    const what = `row ${id} of provenance is of the model ${JSON.stringify(model)}, and no VRA has or had this name`;
    const todo = forgetScores([id], facts.stem);
    findings.add({ check: 'scores', stem: facts.stem, object: String(diaObjectId), what, todo });
  }
}

function isScore(row: ScoreFact): row is ScoreFact & { score: number; diaSourceId: bigint } {
  return typeof row.score === 'number' && row.score >= 0 && row.score <= 1 && row.diaSourceId !== null;
}

/** Of several scores of one source, the one that Lasair took stays. */
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
    if (outcome !== null && isOutcome(outcome)) continue;
    const what =
      outcome === null
        ? `the score of source ${diaSourceId} is neither annotated nor is there a reason, and the stem counts as annotated`
        : `the score of source ${diaSourceId} has the outcome ${JSON.stringify(outcome)}, and there is none of that name`;
    const todo = doAgain(facts.stem, 'annotate');
    findings.add({ check: 'outcomes', stem: facts.stem, vra, object: String(diaObjectId), what, todo });
  }
}

function isOutcome(outcome: string): boolean {
  return (ANNOTATION_OUTCOMES as readonly string[]).includes(outcome);
}
