import { setTimeout as sleep } from 'node:timers/promises';
import { classificationOf, type ObjectFacts, type ObjectVerification } from '@lvra/ledger';
import { doAgain } from './advice.js';
import type { Finding, Findings } from './findings.js';
import type { SandboxAnnotations } from './sandbox-annotations.js';

export interface ObjectCheck {
  readonly objects: ObjectVerification;
  readonly vras: readonly { readonly modelName: string; readonly modelVersion: string; readonly topicOut: string }[];
  /** First and last stem: only objects that have a score of one of them. */
  readonly range: readonly [string, string];
  readonly findings: Findings;
  /** Fetches what the sandbox holds; undefined without --sandbox. */
  readonly fetchSandboxAnnotations: (() => Promise<SandboxAnnotations>) | undefined;
  readonly onObjects: (count: number) => void;
  /** After how long a suspect is checked again, ms: its annotation may just be being sent. */
  readonly lookAgainMs: number;
}

type Vra = ObjectCheck['vras'][number];

/** More suspects than this cannot all be in flight: something is wrong. */
const MOST_SUSPECTS = 1_000;

/** Compares each object's annotation with its newest score: by the ledger, and by what the sandbox holds. */
export async function checkObjects(check: ObjectCheck): Promise<void> {
  const { objects, vras, range, findings, onObjects } = check;
  const held = await check.fetchSandboxAnnotations?.();
  const suspects: { object: bigint; vra: Vra }[] = [];
  let after = -(2n ** 63n);
  for (;;) {
    const page = await objects.page(after, range);
    if (page.length === 0) break;
    findings.counts.objects += page.length;
    for (const vra of vras) {
      for (const wrong of await faultsOf(page, vra, held, check)) {
        if (suspects.length < MOST_SUSPECTS) suspects.push({ object: BigInt(wrong.object!), vra });
        else findings.add(wrong);
      }
    }
    after = page.at(-1) as bigint;
    onObjects(findings.counts.objects);
    await new Promise(setImmediate);
  }
  if (held) findings.counts.held = held.size;
  if (suspects.length === 0) return;
  await sleep(check.lookAgainMs);
  const again = await check.fetchSandboxAnnotations?.();
  for (const vra of vras) {
    const ofVra = suspects.filter((suspect) => suspect.vra === vra).map(({ object }) => object);
    for (const wrong of await faultsOf(ofVra, vra, again, check)) findings.add(wrong);
  }
}

async function faultsOf(
  objects: readonly bigint[],
  vra: Vra,
  held: SandboxAnnotations | undefined,
  check: ObjectCheck,
): Promise<Finding[]> {
  const facts = await check.objects.facts(objects, vra.modelName, Date.now());
  return facts.flatMap((each) => faultOf(each, vra, held) ?? []);
}

function faultOf(facts: ObjectFacts, vra: Vra, held: SandboxAnnotations | undefined): Finding | undefined {
  // A score without an outcome is pending, or the Python pipeline's, which kept none.
  if (facts.hasCallInFlight || facts.newest.outcome === null) return undefined;
  const object = facts.diaObjectId;
  const what = staleInLedger(facts) ?? (held && wrongAtLasair(facts, held.get(`${vra.topicOut}/${object}`)));
  if (what === undefined) return undefined;
  const { stem } = facts.newest;
  const todo = doAgain(stem, 'annotate');
  return { check: 'annotation', stem, vra: vra.modelName, object: String(object), what, todo };
}

function staleInLedger({ newest, acceptedId }: ObjectFacts): string | undefined {
  const which = `its newest score (source ${newest.diaSourceId}, provenance ${newest.id})`;
  if (newest.outcome === 'superseded') return `${which} counts as superseded, and no newer one is there`;
  if (newest.outcome !== 'accepted' || acceptedId === newest.id) return undefined;
  return `${which} was accepted, and the ledger has ${acceptedId ?? 'none'} as the score that Lasair holds`;
}

function wrongAtLasair(
  { newest, diaObjectId }: ObjectFacts,
  held: { diaSourceId: string; provenanceId: string; classification: string } | undefined,
): string | undefined {
  if (newest.outcome !== 'accepted') return undefined;
  if (!held) return `Lasair holds no annotation of ${diaObjectId}, and the ledger says that it took one`;
  if (held.diaSourceId !== String(newest.diaSourceId) || held.provenanceId !== String(newest.id)) {
    return (
      `Lasair holds the score of source ${held.diaSourceId} (provenance ${held.provenanceId}), ` +
      `and the newest is that of source ${newest.diaSourceId} (provenance ${newest.id})`
    );
  }
  // Lasair's text field cannot hold more digits of the smallest scores.
  if (Number(held.classification) === Number(classificationOf(newest.score as number))) return undefined;
  return `Lasair holds the score ${held.classification}, and provenance ${newest.id} is ${newest.score}`;
}
