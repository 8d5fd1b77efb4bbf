import { isDone } from '@lvra/core';
import type { RecentStem } from '@lvra/ledger';
import { iso } from '../../iso.js';
import type { Look } from '../../open-ledger.js';
import { stemBatch } from './stem.js';
import { type StemSpans, stemSpans } from './stem-spans.js';

/** A stem for which no stage has anything to do any more, and all that happened to it. */
export interface EndedStem extends StemSpans {
  readonly stem: string;
  /** Null if none of our consumers registered it. */
  readonly alerts: number | null;
  /** Whether every stage of every VRA is done with it; else one has given it up. */
  readonly isDone: boolean;
}

/** Those of some stems that have ended, in their order. A stem ends again after a retry, or a backfill. */
export async function endedStems(look: Look, stems: readonly string[]): Promise<EndedStem[]> {
  const { ledger, vras } = look;
  const ended: EndedStem[] = [];
  for (const recent of await ledger.recent.each(stems, vras)) {
    const ends = endsOf(look, recent);
    if (ends.includes('open')) continue;
    const { stem, alerts = null, events } = recent;
    const batch = await ledger.history.batch(stem);
    const spans = stemSpans({
      batch: batch ? stemBatch(batch) : null,
      events: events.map(({ at, ...event }) => ({ ...event, at: iso(at) })),
    });
    ended.push({ stem, alerts, isDone: !ends.includes('dead'), ...spans });
  }
  return ended;
}

type End = 'done' | 'dead' | 'open';

/** How the stem stands with each VRA that it is meant for. Behind a stage that has given it up, nothing comes any more. */
function endsOf({ vras, stages }: Pick<Look, 'vras' | 'stages'>, { statuses, work }: RecentStem): End[] {
  return vras.map((vra) => {
    for (const [stage] of stages.filter(([, of]) => of === vra)) {
      const status = statuses.find((each) => each.stage === stage && each.vra === vra)?.status;
      if (status === undefined || isDone(status)) continue;
      return work.some((each) => each.stage === stage && each.vra === vra && each.isDead) ? 'dead' : 'open';
    }
    return 'done';
  });
}
