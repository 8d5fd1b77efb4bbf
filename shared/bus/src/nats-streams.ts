import { messageOf, type NatsNames, type StreamName } from '@lvra/core';
import { DiscardPolicy, ErrorCode, type JetStreamManager, NatsError, RetentionPolicy, StorageType } from 'nats';

export const NANOSECONDS_PER_MS = 1_000_000;
/** Stems that are not done within a week are left to the sweep. */
export const KEEP_WORK_MS = 7 * 24 * 3_600_000;
const KEEP_DEAD_MS = 90 * 24 * 3_600_000;

/** Error codes of JetStream: the stream does not exist; another stream has the subjects. */
const STREAM_NOT_FOUND = 10059;
const SUBJECTS_OVERLAP = 10065;

/** The owner of the streams, in their metadata. */
export interface DataFolder {
  /** Tells this data folder from every other. */
  readonly data_folder: string;
  /** Where it was last, to be shown. */
  readonly where: string;
}

/**
 * Creates the streams, or updates them to this release's configuration, and marks them as this data folder's.
 *
 * @returns the place of the data folder that had marked the work stream before, if it is another one
 * @throws Error if another stream has the subjects
 */
export async function ensureStreams(
  manager: JetStreamManager,
  names: NatsNames,
  dataFolder: DataFolder,
): Promise<string | undefined> {
  const before = await ensureStream(manager, names.work, KEEP_WORK_MS, dataFolder);
  await ensureStream(manager, names.dead, KEEP_DEAD_MS, dataFolder);
  return before?.data_folder === dataFolder.data_folder ? undefined : before?.where;
}

/** @returns whose mark it had */
async function ensureStream(
  manager: JetStreamManager,
  { name, subjects }: StreamName,
  keepMs: number,
  dataFolder: DataFolder,
): Promise<Partial<DataFolder> | undefined> {
  const config = {
    ...{ name, subjects: [...subjects] },
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
    max_age: keepMs * NANOSECONDS_PER_MS,
    metadata: { ...dataFolder },
  };
  const before = await manager.streams.info(name).catch((error) => {
    if (codeOf(error) !== STREAM_NOT_FOUND) throw error;
    return undefined;
  });
  try {
    if (before) await manager.streams.update(name, config);
    else await manager.streams.add(config);
  } catch (error) {
    throw codeOf(error) === SUBJECTS_OVERLAP ? await overlap(manager, config, error) : error;
  }
  return before?.config.metadata;
}

/** Names the streams that have the same subjects. */
async function overlap(manager: JetStreamManager, { name, subjects }: StreamName, cause: unknown): Promise<Error> {
  const others: string[] = [];
  for (const subject of subjects) {
    for await (const other of manager.streams.names(subject)) {
      if (other !== name) others.push(`${other} has ${subject}`);
    }
  }
  const advice = 'remove that stream or take the subject out of it, or set another nats_prefix';
  return new Error(`the stream ${name} cannot have its subjects: the stream ${others.join(', ')}; ${advice}`, {
    cause,
  });
}

/** What an operator can do about a server that cannot be used. */
export function wordsOf(error: unknown): string {
  // The server does not answer JetStream requests at all.
  const isWithout = error instanceof NatsError && error.code === ErrorCode.JetStreamNotEnabled && !error.api_error;
  if (!isWithout) return messageOf(error);
  return 'it has no JetStream, or not yet: start it with --jetstream, or with `jetstream {}` in its configuration';
}

function codeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}
