import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { DataPaths } from '../paths.js';
import { nightOf } from '../stem.js';
import { hideSecrets } from './secrets.js';
import { visibleLines } from './terminal.js';

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

/** The name of the file that has a log's errors alone: the spec's `lvra_kafka_error`, else the log's with `_error`. */
function errorLogNameOf(name: string): string {
  return name === LOG_NAMES.consumer ? 'lvra_kafka_error' : `${name}_error`;
}

/**
 * A logger to stdout as JSON and to the night's log file, with errors also in a file of their own, which is there from
 * the first line of the log on. A new UTC day opens a new folder.
 *
 * @param destination.stdout false for a program whose stdout is for a person
 */
export function createLogger(paths: DataPaths, name: string, destination: { stdout: boolean; level?: string }): Logger {
  const errors = new DatedFile(paths, `${errorLogNameOf(name)}.log`);
  const file = new DatedFile(paths, `${name}.log`, errors);
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

/**
 * Hides the secrets that stand under no name: in a message, a stack, an address, a nested body. And JSON lets much stand in
 * strings that a terminal obeys: the log's reader must see it, not have the terminal do it.
 */
function withoutSecrets(stream: pino.DestinationStream): pino.DestinationStream {
  return { write: (line) => stream.write(visibleLines(hideSecrets(line))) };
}

/**
 * A file below logs/YYYY/YYYYMMDD/ that follows the date, and is there again where it was removed or renamed. Lines are
 * written at once: what was logged before a kill is there. A disk that cannot be written to must not stop the pipeline:
 * the line is on stdout all the same, and the trouble is said once on stderr.
 */
class DatedFile {
  #path = '';
  #descriptor: number | undefined;
  #complained = false;

  /** @param sibling is there whenever this file is */
  constructor(
    readonly paths: DataPaths,
    readonly file: string,
    readonly sibling?: DatedFile,
  ) {}

  write(line: string): void {
    this.#unlessRefused(() => {
      const descriptor = this.#open();
      this.sibling?.appear();
      writeSync(descriptor, line);
    });
  }

  /** Makes the file where it is not there. */
  appear(): void {
    this.#unlessRefused(() => this.#open());
  }

  #unlessRefused(work: () => void): void {
    try {
      work();
      this.#complained = false;
    } catch (error) {
      if (!this.#complained) process.stderr.write(`cannot write ${this.file}: ${messageOf(error)}\n`);
      this.#complained = true;
    }
  }

  /** The descriptor of today's file; a stat or two where it is open already. */
  #open(): number {
    const folder = this.paths.logs(nightOf(new Date()));
    const path = join(folder, this.file);
    if (this.#descriptor !== undefined) {
      if (path === this.#path && isSameFile(path, this.#descriptor)) return this.#descriptor;
      closeSync(this.#descriptor);
      this.#descriptor = undefined;
    }
    mkdirSync(folder, { recursive: true });
    this.#path = path;
    this.#descriptor = openSync(path, 'a');
    return this.#descriptor;
  }
}

function isSameFile(path: string, descriptor: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(descriptor);
  return there?.ino === open.ino && there.dev === open.dev;
}
