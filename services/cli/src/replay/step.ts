import { messageOf, StageMisconfigured, StagePaused, StemFailed } from '@lvra/shared/errors';
import type { ReplayedStem } from '@lvra/shared/ledger/replays';
import { STATUS } from '@lvra/shared/status';

/** What came of a stem: recorded, or not, so that the next run tries it again. */
export type StepResult = ReplayedStem | { readonly outcome: 'failed'; readonly message: string };

/**
 * Does one stem, whatever comes of it.
 *
 * @param recordMissing called where the stem's file is gone
 * @throws StagePaused, StageMisconfigured: no other stem would fare better
 */
export async function resultOf(
  perform: () => Promise<ReplayedStem>,
  recordMissing: () => ReplayedStem,
): Promise<StepResult> {
  try {
    return await perform();
  } catch (error) {
    if (error instanceof StemFailed && error.status === STATUS.inputNotFound) return recordMissing();
    if (error instanceof StagePaused || error instanceof StageMisconfigured) throw error;
    return { outcome: 'failed', message: messageOf(error) };
  }
}
