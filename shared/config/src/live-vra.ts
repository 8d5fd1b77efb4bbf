import { statSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { readVra, type VraSettings } from './vra.js';
import type { Issues } from './written.js';
import type { Profile } from './yaml-file.js';

/**
 * The settings of a VRA as its file has them now, for what may change while a stage runs: the model's version and
 * path, whether to annotate, the lowest score. The environment overrides the file, as at the start.
 */
export class LiveVra {
  readonly #profile: Profile;
  readonly #environment: NodeJS.ProcessEnv;
  #settings: VraSettings;
  #stamp: string | undefined;
  #problem: string | undefined;

  /** @param settings as they were read at the start */
  constructor(settings: VraSettings, profile: Profile, environment: NodeJS.ProcessEnv = process.env) {
    this.#settings = settings;
    this.#profile = profile;
    this.#environment = environment;
  }

  /** Why the file as it is now cannot be used; undefined if it can. The previous settings stay in force then. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The settings in force. Costs one stat if the file did not change. */
  read(): VraSettings {
    const stamp = fileVersionOf(this.#settings.file);
    if (stamp !== undefined && stamp === this.#stamp) return this.#settings;
    const issues: Issues = [];
    const { settings } = readVra(this.#settings.file, this.#profile, this.#environment, issues, []);
    const { modelName } = this.#settings;
    if (settings && settings.modelName !== modelName) {
      issues.push(`${settings.file}: MODEL_NAME was ${modelName} at the start: restart the services to change it`);
    }
    this.#problem = issues.length > 0 ? issues.join('; ') : undefined;
    if (settings && this.#problem === undefined) this.#settings = settings;
    this.#stamp = stamp;
    return this.#settings;
  }
}

/** A change within this time of the previous one may leave the same times: some file systems count in seconds. */
const COARSEST_CLOCK_MS = 2_000;

/**
 * Tells two states of a file apart without reading it; also if it does not exist.
 *
 * @returns undefined if the file was written so recently that its next change might not show
 */
export function fileVersionOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs, ctimeNs, mtimeMs } = statSync(path, { bigint: true });
    if (Math.abs(Date.now() - Number(mtimeMs)) < COARSEST_CLOCK_MS) return undefined;
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return messageOf(error);
  }
}
