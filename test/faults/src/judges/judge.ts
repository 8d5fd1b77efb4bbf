import type { FaultWorld } from '../fault-world.js';
import { callsOverBudget } from './calls-judge.js';

/** The alerts sent, compared with the results. All must be zero. */
export interface Judgement {
  /** Alerts without a score, and objects that Lasair has no annotation of. */
  readonly lost: number;
  /** Scores that exist more than once. */
  readonly doubled: number;
  /** Objects whose annotation is not that of their newest source, at the end or at any time after it was there. */
  readonly stale: number;
  /** Calls to Lasair beyond the budget, in the hour with most of them. */
  readonly overBudget: number;
}

/** Of all hosts together, where a case does not say otherwise. */
const CALLS_PER_HOUR = 4_500;

/** True once every alert that was sent is scored by each VRA, r0b's scores have an outcome, and nothing is pending. */
export async function isSettled(world: FaultWorld): Promise<boolean> {
  const { sent } = world.load;
  const open = `SELECT (SELECT count(*) FROM annotating a JOIN predict p USING (stem) JOIN feature_making f USING (stem)
      WHERE a.r0b NOT IN (1, -1) OR p.r0b NOT IN (1, -1) OR f.r0b NOT IN (1, -1))
    + (SELECT count(*) FROM provenance LEFT JOIN annotation_outcome ON provenance_ID = ID
      WHERE model_name = 'r0b' AND outcome IS NULL)`;
  for (const vra of world.vras) {
    const scores = await world.count(`SELECT count(*) FROM provenance WHERE model_name = '${vra}'`);
    if (scores < sent.length) return false;
  }
  return (await world.count(open)) === 0;
}

export async function judge(world: FaultWorld): Promise<Judgement> {
  const newest = new Map<string, bigint>();
  const age = new Map<string, number>();
  world.load.sent.forEach(({ diaObjectId, diaSourceId }, place) => {
    newest.set(String(diaObjectId), diaSourceId);
    age.set(String(diaSourceId), place);
  });
  let lost = 0;
  let doubled = 0;
  for (const vra of world.vras) {
    const of = await judgeScores(world, vra);
    lost += of.lost;
    doubled += of.doubled;
  }
  const stale = new Set<string>(overtaken(world, age));
  for (const [object, source] of newest) {
    if (world.load.unannotated.has(object)) continue;
    const held = world.sandbox.annotations.get(`r0b_lvra/${object}`);
    if (!held) lost++;
    else if (blamed(held.classdict) !== String(source)) stale.add(object);
  }
  const budget = Number(world.environment.LVRA_ANNOTATE_CALLS_PER_HOUR ?? CALLS_PER_HOUR);
  return { lost, doubled, stale: stale.size, overBudget: callsOverBudget(world.sandbox.received, budget) };
}

/** A VRA's scores, compared with the alerts. */
async function judgeScores(world: FaultWorld, vra: string): Promise<Pick<Judgement, 'lost' | 'doubled'>> {
  const missing = new Map<string, number>();
  for (const { diaObjectId, diaSourceId } of world.load.sent) {
    const key = `${diaObjectId} ${diaSourceId}`;
    missing.set(key, (missing.get(key) ?? 0) + 1);
  }
  let doubled = 0;
  const scores = await world.rows<{ object: bigint; source: bigint }>(
    'SELECT diaObjectId AS object, diaSourceId AS source FROM provenance WHERE model_name = ?',
    vra,
  );
  for (const { object, source } of scores) {
    const key = `${object} ${source}`;
    const left = missing.get(key) ?? 0;
    if (left > 0) missing.set(key, left - 1);
    else doubled++;
  }
  return { lost: [...missing.values()].reduce((sum, left) => sum + left, 0), doubled };
}

/** Objects for which Lasair took an older source after a newer one. */
function* overtaken({ sandbox }: FaultWorld, age: ReadonlyMap<string, number>): Generator<string> {
  const last = new Map<string, number>();
  for (const { annotations = [] } of sandbox.received) {
    for (const { objectId, classdict } of annotations) {
      const place = age.get(blamed(classdict)) ?? 0;
      if (place < (last.get(objectId) ?? 0)) yield objectId;
      last.set(objectId, place);
    }
  }
}

function blamed(classdict: string): string {
  return (JSON.parse(classdict) as { blame_diaSourceId: string }).blame_diaSourceId;
}
