import { alertsOf, type Epoch, isUnreadable, lightCurveOf, magnitudeOf } from '@lvra/alerts';
import { instantOfStem, isStem, nightBegan, stemOf, UsageError } from '@lvra/core';
import type { BestScore, ObjectScore } from '@lvra/ledger';
import { checkNight } from '../../night-range.js';
import type { Look } from '../../open-ledger.js';
import { alertStore } from './light-curve.js';

const DAY_MS = 86_400_000;
/** Behind every stem of a day. */
const LAST = '~';

/** The objects of a night with the highest scores. */
export interface TopCandidates {
  readonly vra: string;
  /** No stem of the night is before this one; null if the VRA has scored nothing. */
  readonly from: string | null;
  /** Highest score first. */
  readonly candidates: readonly Candidate[];
}

/** One object of a night's best. */
export interface Candidate {
  /** A decimal string. */
  readonly diaObjectId: string;
  readonly score: number;
  readonly stem: string;
  /** Of the object that this VRA has scored, in all nights. */
  readonly sources: number;
  readonly modelVersion: string | null;
  readonly atLasair: string;
  /** Against the same VRA's score of the object's source before; null for its first one. */
  readonly change: number | null;
  /** AB, of the difference image; null where it is fainter than the template, or the batch file is gone. */
  readonly magnitude: number | null;
  readonly band: string | null;
}

export interface TopQuestion {
  /** YYYYMMDD: the stems of this day (UTC). By default the newest night with a score, from noon to noon. */
  readonly night?: string | undefined;
  /** By default the first one in the settings. */
  readonly vra?: string | undefined;
  /** How many objects at most. */
  readonly limit: number;
}

/** @throws UsageError if there is no such VRA or night */
export async function topCandidates(
  open: Pick<Look, 'ledger' | 'paths' | 'vras'>,
  question: TopQuestion,
): Promise<TopCandidates> {
  const { night, vra = open.vras[0] ?? '', limit } = question;
  if (!open.vras.includes(vra))
    throw new UsageError(`there is no VRA ${vra}: the settings have ${open.vras.join(', ')}`);
  if (night !== undefined) checkNight(night);
  const stems = night === undefined ? await newestNight(open, vra) : { from: `${night}_`, before: `${night}_${LAST}` };
  const candidates = stems === undefined ? [] : await bestOf(open, vra, stems, limit);
  return { vra, from: stems?.from ?? null, candidates };
}

/** From the noon before the last stem with a score to the next one. */
async function newestNight(
  { ledger }: Pick<Look, 'ledger'>,
  vra: string,
): Promise<{ from: string; before: string } | undefined> {
  const last = instantOfStem((await ledger.best.lastStem(vra)) ?? '');
  if (!last) return undefined;
  const began = nightBegan(last.getTime());
  return { from: stemOf(new Date(began)), before: stemOf(new Date(began + DAY_MS)) };
}

async function bestOf(
  open: Pick<Look, 'ledger' | 'paths'>,
  vra: string,
  { from, before }: { from: string; before: string },
  most: number,
): Promise<Candidate[]> {
  const { ledger } = open;
  const best = await ledger.best.of(vra, from, before, most);
  const epochs = await epochsOf(
    open,
    best.filter(({ psfFlux, band }) => psfFlux === null && band === null),
  );
  return await Promise.all(
    best.map(async ({ ID, diaObjectId, diaSourceId, stem, score, ...source }) => {
      const scores = (await ledger.objects.scores(diaObjectId)).filter((each) => each.vra === vra);
      const shown = scores.find((each) => each.provenanceId === ID) as ObjectScore;
      const earlier = scores.slice(scores.indexOf(shown)).find((each) => each.diaSourceId !== diaSourceId);
      const { psfFlux, band = null } = epochs.get(String(diaSourceId)) ?? source;
      return {
        ...{ diaObjectId: String(diaObjectId), score, stem },
        sources: new Set(scores.map((each) => each.diaSourceId)).size,
        modelVersion: shown.modelVersion,
        atLasair: shown.isCurrent ? `shown (${shown.fate.replaceAll('_', ' ')})` : shown.fate.replaceAll('_', ' '),
        change: typeof earlier?.score === 'number' ? score - earlier.score : null,
        magnitude: psfFlux !== null && psfFlux > 0 ? magnitudeOf(psfFlux) : null,
        band,
      };
    }),
  );
}

/** What the batch files say of sources of which the ledger does not, by diaSourceId. */
async function epochsOf(
  open: Pick<Look, 'ledger' | 'paths'>,
  wanted: readonly BestScore[],
): Promise<Map<string, Epoch>> {
  const byStem = new Map<string, Set<bigint>>();
  for (const { diaObjectId, stem } of wanted.filter(({ stem }) => isStem(stem)))
    byStem.set(stem, (byStem.get(stem) ?? new Set()).add(diaObjectId));
  const epochs = new Map<string, Epoch>();
  for (const [stem, ids] of byStem) {
    try {
      for (const [id, messages] of await alertsOf(stem, ids, alertStore(open))) {
        const curves = messages.map((message) => lightCurveOf(id, message));
        for (const epoch of curves.flatMap((curve) => curve?.sources ?? [])) epochs.set(epoch.key, epoch);
      }
    } catch (error) {
      // A night whose files were pruned has its scores still.
      if (!isUnreadable(error)) throw error;
    }
  }
  return epochs;
}
