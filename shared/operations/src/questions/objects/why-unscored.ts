import { BatchUnreadable } from '@lvra/alerts';
import { isDone, STATUS, statusMeaning } from '@lvra/core';
import type { DataPaths } from '@lvra/store';
import type { Look } from '../../open-ledger.js';
import { type AlertWithoutRow, readBatchContents } from '../../verify/stem/batch-contents.js';

/** More than any batch has alerts. */
const MOST_OF_A_STEM = 100_000;

type Open = Pick<Look, 'ledger' | 'paths' | 'stages'>;

/**
 * Why an object has no score of the stem that it was last in, a sentence for each reason.
 *
 * @param vras whose score is missing
 */
export async function whyUnscored(
  open: Open,
  diaObjectId: bigint,
  stem: string,
  vras: readonly string[],
): Promise<string[]> {
  const late = (await Promise.all(vras.map((vra) => unfinished(open, stem, vra)))).flat();
  if (late.length > 0) return late;
  const alerts = await unusable(open.paths, diaObjectId, stem);
  if (typeof alerts === 'string') return [alerts];
  const rejected = alerts.flatMap(({ position, isRejected }) => (isRejected ? position : []));
  const aside = (await open.ledger.quarantinePages.ofStem(stem, MOST_OF_A_STEM))
    .filter((entry) =>
      entry.stage === 'feature' ? rejected.includes(entry.position) : entry.diaObjectId === diaObjectId,
    )
    .map(({ id, vra, reason, detail }) => {
      return `${vra === undefined ? 'Its alert' : `${vra}: its alert`} is in quarantine (${reason}: ${detail}): lvra quarantine show ${id}`;
    });
  const why =
    alerts.length > rejected.length
      ? [...aside, 'It came with Lasair’s own columns alone, without `alert`: there was nothing to score.']
      : aside;
  return why.length > 0 ? why : [`Nothing in ${stem} says why: see \`lvra verify\` and \`lvra stem ${stem}\`.`];
}

/** The first stage before a VRA's score that has not done the stem. */
async function unfinished({ ledger, stages }: Open, stem: string, vra: string): Promise<string[]> {
  const statuses = await ledger.history.statuses(stem, [vra]);
  for (const stage of ['feature', 'predict'] as const) {
    if (!stages.some(([each, of]) => each === stage && of === vra)) continue;
    const status = statuses.find((row) => row.stage === stage)?.status;
    if (status === undefined || isDone(status)) continue;
    const what = status === STATUS.initialised ? 'is not done with it yet' : `failed: ${statusMeaning(status)}`;
    return [`${vra}: ${stage} ${what}; \`lvra stem ${stem}\` shows how far it is.`];
  }
  return [];
}

/** The alerts of an object in a stem of which no features were made; or why that cannot be told. */
async function unusable(paths: DataPaths, diaObjectId: bigint, stem: string): Promise<AlertWithoutRow[] | string> {
  try {
    const { withoutRow } = await readBatchContents(paths.batch(stem));
    return withoutRow.filter((alert) => alert.diaObjectId === diaObjectId);
  } catch (error) {
    if (!(error instanceof BatchUnreadable) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return `Its alert cannot be looked at any more: ${(error as Error).message}`;
  }
}
