import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { DataPaths } from '../paths.js';
import { nightOf } from '../stem.js';
import { hideSecrets } from './secrets.js';

export type { Logger };

/** The log files of the spec, whose names the team's people and scripts know. */
export const LOG_NAMES = {
  consumer: 'kafka',
  feature: 'feature_maker',
  predict: 'predict',
  annotate: 'annotator',
  run: 'bigbashboy',
} as const;

/** What never stands in a log, up to three levels down: `err.headers.authorization`. */
const SECRET_PATHS = ['token', 'password', 'natsPassword', 'authorization', 'Authorization'].flatMap((key) => [
  key,
  `*.${key}`,
  `*.*.${key}`,
]);

/** The name of a stage's log file: `kafka`, or `r0b_predict` for a stage of a VRA. */
export function logNameOf(part: keyof typeof LOG_NAMES, vra?: string): string {
  return vra === undefined ? LOG_NAMES[part] : `${vra}_${LOG_NAMES[part]}`;
}

/**
 * A logger to stdout as JSON and to the night's log file, with errors also in its `_error.log` sibling.
 * A new UTC day opens a new folder.
 *
 * @param destination.stdout false for a program whose stdout is for a person
 */
export function createLogger(paths: DataPaths, name: string, destination: { stdout: boolean; level?: string }): Logger {
  const file = new DatedFile(paths, `${name}.log`);
  const errors = new DatedFile(paths, `${name}_error.log`);
  const streams: pino.StreamEntry[] = [
    { level: 'debug', stream: file },
    { level: 'error', stream: errors },
  ];
  if (destination.stdout) streams.push({ level: 'debug', stream: pino.destination({ fd: 1, sync: true }) });
  return pino(
    {
      name,
      level: destination.level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(streams.map((entry) => ({ ...entry, stream: withoutSecrets(entry.stream) }))),
  );
}

/** Control characters beyond ASCII and those that turn the direction of writing; JSON lets them stand in strings. */
const OBEYED = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Whoever reads a log in a terminal must see what is in it, not have the terminal do it. */
function escapeForTerminals(line: string): string {
  return line.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Hides the secrets that stand under no name: in a message, a stack, an address, a nested body. */
function withoutSecrets(stream: pino.DestinationStream): pino.DestinationStream {
  return { write: (line) => stream.write(escapeForTerminals(hideSecrets(line))) };
}

/**
 * A file below logs/YYYY/YYYYMMDD/ that follows the date. Lines are written at once: what was logged before a
 * kill is there. A disk that cannot be written to must not stop the pipeline: the line is on stdout all the same,
 * and the trouble is said once on stderr.
 */
class DatedFile {
  #night = '';
  #descriptor: number | undefined;
  #complained = false;

  constructor(
    readonly paths: DataPaths,
    readonly file: string,
  ) {}

  write(line: string): void {
    try {
      const night = nightOf(new Date());
      if (night !== this.#night || this.#descriptor === undefined) this.#open(night);
      writeSync(this.#descriptor as number, line);
      this.#complained = false;
    } catch (error) {
      if (!this.#complained) process.stderr.write(`cannot write ${this.file}: ${messageOf(error)}\n`);
      this.#complained = true;
    }
  }

  #open(night: string): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    const folder = this.paths.logs(night);
    mkdirSync(folder, { recursive: true });
    this.#descriptor = openSync(join(folder, this.file), 'a');
    this.#night = night;
  }
}
