import { UsageError } from '@lvra/core';
import type { QuarantinedAlert } from '@lvra/ledger';
import { isInBatch, quarantineFile, readQuarantined } from '@lvra/runtime';
import { iso } from '../../iso.js';
import { checkNight } from '../../night-range.js';
import type { Look } from '../../open-ledger.js';
import { bytesAtPlace } from './bytes-at-place.js';

/** Which alerts are asked for. */
export interface QuarantineFilter {
  /** Also those that were replayed, and those without their bytes. */
  readonly all: boolean;
  /** YYYYMMDD, UTC: this night and later ones. */
  readonly since?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * The alerts in quarantine, oldest first.
 *
 * @throws UsageError if `since` is no night
 */
export async function quarantined(
  { ledger }: Look,
  { all, since, reason }: QuarantineFilter,
): Promise<QuarantinedAlert[]> {
  if (since !== undefined) checkNight(since);
  return (await ledger.quarantine.list({ all })).filter(
    (alert) => (reason === undefined || alert.reason === reason) && (since === undefined || alert.stem >= since),
  );
}

/** @throws UsageError if there is no such alert */
export async function quarantinedAlert({ ledger }: Look, id: bigint): Promise<QuarantinedAlert> {
  const alert = await ledger.quarantine.get(id);
  if (!alert) throw new UsageError(`there is no alert ${id} in quarantine: see lvra quarantine list`);
  return alert;
}

/** The bytes of an alert as they came, and the file that has them. */
export interface AlertBytes {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Undefined if none were kept, or they were pruned.
 *
 * @throws UsageError if they should be there and cannot be read
 */
export async function quarantinedBytes(
  { ledger, paths }: Pick<Look, 'ledger' | 'paths'>,
  alert: QuarantinedAlert,
): Promise<AlertBytes | undefined> {
  if (alert.path === '' || alert.prunedAt !== undefined) return undefined;
  const path = quarantineFile(paths, alert);
  const sizes = isInBatch(paths, alert) ? await ledger.places.of(alert.stem) : undefined;
  const found = sizes && (await bytesAtPlace(path, sizes, alert));
  if (found) return { path, bytes: found };
  for await (const [, bytes] of readQuarantined(paths, [alert])) return { path, bytes };
  return undefined;
}

/** An alert in quarantine for programs: ids and offsets are decimal strings, times ISO 8601 in UTC. */
export interface QuarantineRecord extends Omit<QuarantinedAlert, keyof Changed | 'receivedMs'>, Changed {}

interface Changed {
  readonly id: string;
  readonly vra: string | null;
  readonly diaObjectId: string | null;
  readonly diaSourceId: string | null;
  readonly offset: string | null;
  /** When Kafka had it. */
  readonly received: string | null;
  /** When it was put aside. */
  readonly at: string | null;
  readonly replayedAs: string | null;
  readonly prunedAt: string | null;
}

export function quarantineRecord({ receivedMs, ...alert }: QuarantinedAlert): QuarantineRecord {
  const text = (id: bigint | undefined) => (id === undefined ? null : String(id));
  return {
    ...alert,
    id: String(alert.id),
    vra: alert.vra ?? null,
    diaObjectId: text(alert.diaObjectId),
    diaSourceId: text(alert.diaSourceId),
    offset: text(alert.offset),
    received: receivedMs === undefined ? null : iso(receivedMs),
    at: iso(alert.at),
    replayedAs: alert.replayedAs ?? null,
    prunedAt: alert.prunedAt === undefined ? null : iso(alert.prunedAt),
  };
}

/** The stage, with the VRA whose model has no score of it. */
export function putAsideBy({
  stage,
  vra,
}: {
  readonly stage: string;
  readonly vra?: string | null | undefined;
}): string {
  return vra ? `${stage} ${vra}` : stage;
}

/** Why it cannot be replayed; undefined where it can. */
export function becameOf({
  replayedAs,
  prunedAt,
}: Pick<QuarantineRecord, 'replayedAs' | 'prunedAt'>): string | undefined {
  if (replayedAs !== null) return `replayed as ${replayedAs}`;
  return prunedAt === null ? undefined : `lvra prune removed its bytes, ${prunedAt.slice(0, 19).replace('T', ' ')}`;
}
