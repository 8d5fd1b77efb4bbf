import { statSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { readVra, type VraSettings } from './vra.js';
import type { Complaints } from './written.js';
import type { Profile } from './yaml-file.js';

/**
 * The settings of a VRA as its file has them now, for what may change while a stage runs: the model's version and
 * path, whether to annotate, the lowest score. The environment goes before the file, as at the start.
 */
export class LiveVra {
  readonly #profile: Profile;
  readonly #environment: NodeJS.ProcessEnv;
  #settings: VraSettings;
  #stamp: string | undefined;
  #trouble: string | undefined;

  /** @param settings as they were read at the start */
  constructor(settings: VraSettings, profile: Profile, environment: NodeJS.ProcessEnv = process.env) {
    this.#settings = settings;
    this.#profile = profile;
    this.#environment = environment;
  }

  /** Why the file as it is now cannot be used, in words; undefined where it can. What was read before stands then. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The settings in force. Costs one stat of the file where it did not change. */
  read(): VraSettings {
    const stamp = stampOf(this.#settings.file);
    if (stamp !== undefined && stamp === this.#stamp) return this.#settings;
    const complaints: Complaints = [];
    const { settings } = readVra(this.#settings.file, this.#profile, this.#environment, complaints, []);
    const { modelName } = this.#settings;
    if (settings && settings.modelName !== modelName) {
      complaints.push(`${settings.file}: MODEL_NAME was ${modelName} at the start: restart the services to change it`);
    }
    this.#trouble = complaints.length > 0 ? complaints.join('; ') : undefined;
    if (settings && this.#trouble === undefined) this.#settings = settings;
    this.#stamp = stamp;
    return this.#settings;
  }
}

/** How young a file may be for another change to leave its stamp as it is, ms: some file systems count in seconds. */
const COARSEST_CLOCK_MS = 2_000;

/**
 * Tells two states of a file apart without reading it; also of one that is not there.
 *
 * @returns undefined, which tells nothing, where the file was written so lately that its next change may not show
 */
export function stampOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeNs, ctimeNs, mtimeMs } = statSync(path, { bigint: true });
    if (Math.abs(Date.now() - Number(mtimeMs)) < COARSEST_CLOCK_MS) return undefined;
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return messageOf(error);
  }
}
