import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { escapeControlLines, messageOf, nightOf } from '@lvra/core';
import type { DataPaths } from '@lvra/store';
import pino, { type Logger } from 'pino';
import { hideSecrets } from './secrets.js';

export type { Logger };

/** The log files of the spec, whose names the team and its scripts know. */
export const LOG_NAMES = {
  consumer: 'kafka',
  feature: 'feature_maker',
  predict: 'predict',
  annotate: 'annotator',
  run: 'bigbashboy',
} as const;

/** Never logged, up to three levels down: `err.headers.authorization`. */
const SECRET_PATHS = ['token', 'password', 'credentials', 'authorization', 'Authorization'].flatMap((key) => [
  key,
  `*.${key}`,
  `*.*.${key}`,
]);

/** The name of a stage's log file: `kafka`, or `r0b_predict` for a stage of a VRA. */
export function logNameOf(part: keyof typeof LOG_NAMES, vra?: string): string {
  return vra === undefined ? LOG_NAMES[part] : `${vra}_${LOG_NAMES[part]}`;
}

/** The name of the file with a log's errors only: the spec's `lvra_kafka_error`, else the log's with `_error`. */
function errorLogNameOf(name: string): string {
  return name === LOG_NAMES.consumer ? 'lvra_kafka_error' : `${name}_error`;
}

/**
 * A logger to stdout as JSON and to the night's log file, with errors also in a file of their own, which is there from
 * the first line of the log on. A new UTC day opens a new folder.
 *
 * @param destination.stdout false for a program that prints its own output
 */
export function createLogger(paths: DataPaths, name: string, destination: { stdout: boolean; level?: string }): Logger {
  const errors = new DatedFile(paths, `${errorLogNameOf(name)}.log`);
  const file = new DatedFile(paths, `${name}.log`, errors);
  const streams: pino.StreamEntry[] = [
    { level: 'debug', stream: file },
    { level: 'error', stream: errors },
  ];
  if (destination.stdout) streams.push(toStdout());
  return loggerTo(streams, name, destination.level);
}

/** A logger to stdout alone, for a program that writes nothing into the data folder. */
export function createStdoutLogger(name: string, level?: string): Logger {
  return loggerTo([toStdout()], name, level);
}

const toStdout = (): pino.StreamEntry => ({ level: 'debug', stream: pino.destination({ fd: 1, sync: true }) });

function loggerTo(streams: readonly pino.StreamEntry[], name: string, level = 'info'): Logger {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.multistream(streams.map((entry) => ({ ...entry, stream: withoutSecrets(entry.stream) }))),
  );
}

/**
 * Hides secrets that have no name of their own: in a message, a stack, an address, a nested body. And shows control
 * characters in JSON strings, so that a terminal does not execute them.
 */
function withoutSecrets(stream: pino.DestinationStream): pino.DestinationStream {
  return { write: (line) => stream.write(escapeControlLines(hideSecrets(line))) };
}

/**
 * A file below logs/YYYY/YYYYMMDD/ that follows the date, and is created again if it was removed or renamed. Lines are
 * written at once, so that a kill loses none. A disk that cannot be written to does not stop the pipeline: the lines still
 * go to stdout, and the error is reported once on stderr.
 */
class DatedFile {
  #path = '';
  #descriptor: number | undefined;
  #hasReported = false;

  /** @param sibling is created together with this file */
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

  /** Creates the file if it does not exist. */
  appear(): void {
    this.#unlessRefused(() => this.#open());
  }

  #unlessRefused(work: () => void): void {
    try {
      work();
      this.#hasReported = false;
    } catch (error) {
      if (!this.#hasReported) process.stderr.write(`cannot write ${this.file}: ${messageOf(error)}\n`);
      this.#hasReported = true;
    }
  }

  /** The descriptor of today's file; costs a stat or two if it is already open. */
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
