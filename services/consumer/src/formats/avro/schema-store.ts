import { readFileSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { type DataPaths, writeChunks, writeFileAtomically } from '@lvra/store';
import type { Logger } from '@lvra/telemetry';
import avro from 'avsc';
import { AlertDecoder } from './alert-decoder.js';
import type { SchemaSource } from './schema-source.js';
import { SchemaUnusable } from './value-text.js';

export interface SchemaStoreOptions {
  readonly source: SchemaSource;
  readonly paths: DataPaths;
  readonly log: Logger;
  /** How long an id may be unknown to a source that answers before its messages go to quarantine. */
  readonly patienceMs?: number;
}

/**
 * Half an hour: time for a registry to be restored, or for an operator to add the schema. A damaged message, whose id
 * will never be known, holds up its partition no longer than this.
 */
const PATIENCE_MS = 1_800_000;
/** Once given up, an id is asked for again this often, when a message has it. */
const LOOK_AGAIN_MS = 60_000;

/** The source's last error for an id that it does not have, and since when. */
interface Absence {
  readonly reason: string;
  readonly since: number;
  lookedAt: number;
}

/**
 * The decoder of every schema id that has been met. A schema never changes, so it is asked for once and kept below the
 * data root: known ids do not need the registry.
 */
export class SchemaStore {
  readonly #options: SchemaStoreOptions;
  readonly #patienceMs: number;
  readonly #decoders = new Map<number, AlertDecoder>();
  readonly #absent = new Map<number, Absence>();
  readonly #looking = new Map<number, Promise<boolean>>();
  /** Ids whose cached file was read. */
  readonly #read = new Set<number>();

  constructor(options: SchemaStoreOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
  }

  /** The decoder of an id; undefined while its schema is not known. */
  decoder(id: number): AlertDecoder | undefined {
    const known = this.#decoders.get(id);
    if (known || this.#read.has(id)) return known;
    this.#read.add(id);
    return this.#fromDisk(id);
  }

  /** Why messages of an id go to quarantine; undefined while its schema may still come. */
  givenUp(id: number): string | undefined {
    const absence = this.#absent.get(id);
    if (!absence || performance.now() - absence.since < this.#patienceMs) return undefined;
    if (performance.now() - absence.lookedAt > LOOK_AGAIN_MS) void this.look(id);
    return absence.reason;
  }

  /** Asks for a schema once. Never rejects. @returns whether it is known or given up */
  look(id: number): Promise<boolean> {
    const looking =
      this.#looking.get(id) ??
      this.#ask(id).finally(() => {
        this.#looking.delete(id);
      });
    this.#looking.set(id, looking);
    return looking;
  }

  async #ask(id: number): Promise<boolean> {
    const { source, log } = this.#options;
    try {
      const text = await source.fetch(id);
      if (text === undefined) throw new SchemaUnusable(`${source.where} has no schema ${id}`);
      const decoder = decoderOf(text);
      await this.#keep(id, text);
      this.#decoders.set(id, decoder);
      this.#absent.delete(id);
      log.info({ id }, `schema ${id} is known, from ${source.where}`);
      return true;
    } catch (error) {
      if (error instanceof SchemaUnusable) return this.#isAbsent(id, error.message);
      log.error({ id }, `schema ${id} is not available from ${source.where}: ${messageOf(error)}; its messages wait`);
      return false;
    }
  }

  #isAbsent(id: number, reason: string): boolean {
    const now = performance.now();
    const absence = this.#absent.get(id) ?? { reason, since: now, lookedAt: now };
    absence.lookedAt = now;
    this.#absent.set(id, absence);
    const over = now - absence.since >= this.#patienceMs;
    const minutes = Math.round(this.#patienceMs / 60_000);
    this.#options.log.error(
      { id },
      over ? `${reason}; its messages go to quarantine` : `${reason}; its messages wait for ${minutes} minutes`,
    );
    return over;
  }

  #fromDisk(id: number): AlertDecoder | undefined {
    const { paths, log } = this.#options;
    const path = paths.schema(id);
    try {
      const decoder = decoderOf(readFileSync(path, 'utf8'));
      this.#decoders.set(id, decoder);
      return decoder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      log.warn({ id }, `${path} cannot be used: ${messageOf(error)}; the schema is asked for again`);
      return undefined;
    }
  }

  /** Keeps a schema for the next start; this run does not need the file. */
  async #keep(id: number, text: string): Promise<void> {
    const { paths, log } = this.#options;
    try {
      await writeFileAtomically(paths.schema(id), (file) => writeChunks(file, [Buffer.from(text)]));
    } catch (error) {
      log.warn({ id }, `schema ${id} could not be kept below the data root: ${messageOf(error)}`);
    }
  }
}

function decoderOf(text: string): AlertDecoder {
  let type: avro.Type;
  try {
    type = avro.Type.forSchema(JSON.parse(text));
  } catch (error) {
    throw new SchemaUnusable(`the schema does not parse: ${messageOf(error)}`);
  }
  return new AlertDecoder(type);
}
