import { messageOf, type NatsNames, type StreamName } from '@lvra/core';
import { DiscardPolicy, type JetStreamManager, NatsError, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import { contradictionsIn } from './nats-contradictions.js';

export const NANOSECONDS_PER_MS = 1_000_000;
/** Stems that are not done within a week are left to the sweep. */
export const KEEP_WORK_MS = 7 * 24 * 3_600_000;
const KEEP_DEAD_MS = 90 * 24 * 3_600_000;

/** Error codes of JetStream: the stream does not exist; another stream has the subjects. */
export const STREAM_NOT_FOUND = 10059;
const SUBJECTS_OVERLAP = 10065;

/** The owner of the streams, in their metadata. */
export interface DataFolder {
  /** Tells this data folder from every other. */
  readonly data_folder: string;
  /** Where it was when it took the streams, to be shown. */
  readonly where: string;
}

export interface Streams {
  readonly names: NatsNames;
  /** How many servers keep each, at least. */
  readonly replicas: number;
  readonly dataFolder: DataFolder;
}

/**
 * Creates the streams, or sees that they have what this release needs. Anything else about a stream that exists is its
 * operator's: limits, placement, more replicas.
 *
 * @returns what is wrong with streams that can be used, for a person
 * @throws Error if a stream cannot be created or be given what it needs
 */
export async function ensureStreams(manager: JetStreamManager, streams: Streams): Promise<string[]> {
  const { work, dead } = streams.names;
  const notes: string[] = [];
  const other = await ensureStream(manager, work, KEEP_WORK_MS, streams, notes);
  await ensureStream(manager, dead, KEEP_DEAD_MS, streams, notes);
  if (other === undefined) return notes;
  return [
    ...notes,
    `the stream ${work.name} at NATS was last used with the data folder ${other}: if that is still in use, the two ` +
      'take each other’s messages; give each a nats_prefix of its own',
  ];
}

/** @returns the place of the data folder that had marked it, if it is another one */
async function ensureStream(
  manager: JetStreamManager,
  { name, subjects }: StreamName,
  keepMs: number,
  { replicas, dataFolder }: Streams,
  notes: string[],
): Promise<string | undefined> {
  const before = await manager.streams.info(name).catch((error) => {
    if (codeOf(error) !== STREAM_NOT_FOUND) throw error;
    return undefined;
  });
  const needed = { subjects: [...subjects], retention: RetentionPolicy.Limits, max_msgs_per_subject: 1 };
  if (!before) {
    const created = {
      ...{ name, ...needed, storage: StorageType.File, discard: DiscardPolicy.Old, num_replicas: replicas },
      ...{ max_age: keepMs * NANOSECONDS_PER_MS, metadata: { ...dataFolder } },
    };
    await manager.streams.add(created).catch((error) => explain(manager, { name, subjects }, error));
    return undefined;
  }
  const { config } = before;
  const owner = (config.metadata ?? {}) as Partial<DataFolder>;
  const isOthers = owner.data_folder !== undefined && owner.data_folder !== dataFolder.data_folder;
  // While both are in use, the mark stays with the first, and does not go back and forth.
  const isTaken = isOthers && !(await isPulled(manager, name));
  const change: Partial<StreamConfig> = {
    ...(!hasAll(config, needed) && { ...needed, subjects: [...new Set([...config.subjects, ...subjects])] }),
    ...((owner.data_folder === undefined || isTaken) && { metadata: { ...config.metadata, ...dataFolder } }),
  };
  notes.push(...contradictionsIn(config));
  if (Object.keys(change).length > 0) {
    await manager.streams.update(name, change).catch((error) => explain(manager, { name, subjects }, error));
  }
  if (config.num_replicas < replicas) {
    await manager.streams.update(name, { num_replicas: replicas }).catch((error) => {
      notes.push(
        `nats_replicas is ${replicas}, but the stream ${name} stays on ${config.num_replicas} of the servers: ` +
          `${messageOf(error)}; have ${replicas} servers with JetStream in the cluster, or lower nats_replicas`,
      );
    });
  }
  return isOthers ? owner.where : undefined;
}

/** Subjects that another release added stay: two releases run beside each other during an upgrade. */
function hasAll(
  config: StreamConfig,
  needed: Pick<StreamConfig, 'subjects' | 'retention' | 'max_msgs_per_subject'>,
): boolean {
  return (
    needed.subjects.every((subject) => config.subjects.includes(subject)) &&
    config.retention === needed.retention &&
    config.max_msgs_per_subject === needed.max_msgs_per_subject
  );
}

/** True while a service waits for messages of the stream. */
async function isPulled(manager: JetStreamManager, name: string): Promise<boolean> {
  for await (const { num_waiting } of manager.consumers.list(name)) if (num_waiting > 0) return true;
  return false;
}

/** @throws Error that names what stands in the way */
async function explain(manager: JetStreamManager, { name, subjects }: StreamName, cause: unknown): Promise<never> {
  if (codeOf(cause) !== SUBJECTS_OVERLAP) {
    throw new Error(`the stream ${name} cannot be had as it is needed: ${messageOf(cause)}`, { cause });
  }
  const others: string[] = [];
  for (const subject of subjects) {
    for await (const other of manager.streams.names(subject)) {
      if (other !== name) others.push(`${other} has ${subject}`);
    }
  }
  const advice = 'remove that stream or take the subject out of it, or set another nats_prefix';
  throw new Error(`the stream ${name} cannot have its subjects: the stream ${others.join(', ')}; ${advice}`, { cause });
}

function codeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}
