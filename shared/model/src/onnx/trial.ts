import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../manifest.js';

/** What the trial process is sent. */
export interface TrialOrder {
  readonly path: string;
  readonly manifest: Manifest;
  /** Of the .onnx file. */
  readonly bytes: Uint8Array;
}

/** Why it rejects the model, or how it crashed on it. */
export type TrialRefusal = { readonly thrown: string } | { readonly ended: string };

/** A model that takes longer to load and to score ROWS_A_RUN rows is too slow for a stem a second. */
const LONGEST_MS = 20_000;
/** Limit of writable memory (RLIMIT_DATA); Node and ONNX Runtime take less than 200. */
const MOST_MEMORY_MB = 1_000;
/** How long an idle process waits for another model: at a start, those of many VRAs come one by one. */
const IDLE_MS = 500;

/** Limit of CPU time, for a process that does not notice that its service was killed. */
const LONGEST_LIFE_S = 300;
const STOPPING = 'it was not tried, because the service is stopping';

const PROGRAM = fileURLToPath(new URL('trial-process.js', import.meta.url));

let idle: { child: ChildProcess; end: NodeJS.Timeout } | undefined;
/** The service is stopping: no more trials. */
let isStopping = false;
let last: Promise<unknown> = Promise.resolve();

/**
 * Opens a model and scores rows of zeros with it in a separate process, with limits of time and memory, so that a model
 * that hangs or takes all memory harms nothing else. One model at a time.
 *
 * @returns undefined if the model is fine
 */
export function tryModel(order: TrialOrder, longestMs = LONGEST_MS): Promise<TrialRefusal | undefined> {
  const turn = last.then(() => tryNow(order, longestMs));
  last = turn;
  return turn;
}

async function tryNow(order: TrialOrder, longestMs: number): Promise<TrialRefusal | undefined> {
  if (isStopping) return { ended: STOPPING };
  const child = idle?.child ?? start();
  clearTimeout(idle?.end);
  idle = undefined;
  child.ref();
  child.channel?.ref();
  const result = await answerOf(child, order, longestMs);
  if ('ended' in result) return result;
  child.unref();
  child.channel?.unref();
  idle = { child, end: setTimeout(() => end(child), IDLE_MS).unref() };
  return result.thrown === null ? undefined : { thrown: result.thrown };
}

/** Without the service's settings and secrets, and not in its folder. */
function start(): ChildProcess {
  const command = `ulimit -d ${MOST_MEMORY_MB * 1024} && ulimit -t ${LONGEST_LIFE_S} && exec "$0" "$1"`;
  return spawn('/bin/sh', ['-c', command, process.execPath, PROGRAM], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  });
}

function end(child: ChildProcess): void {
  if (idle?.child === child) idle = undefined;
  child.kill('SIGKILL');
}

/** @returns what the process answers, or how it ended */
async function answerOf(
  child: ChildProcess,
  order: TrialOrder,
  longestMs: number,
): Promise<{ readonly thrown: string | null } | { readonly ended: string }> {
  let why: string | undefined;
  const stop = (reason: string) => {
    why = reason;
    end(child);
  };
  const timer = setTimeout(() => stop(`it has not scored a stem's rows after ${longestMs / 1000} s`), longestMs);
  const onSignal = () => {
    isStopping = true;
    stop(STOPPING);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal);
  try {
    return await new Promise((resolve) => {
      child.once('message', (thrown: string | null) => resolve({ thrown }));
      child.once('error', (error) =>
        resolve({ ended: `the process that tries it cannot be started: ${error.message}` }),
      );
      child.once('exit', (code, signal) =>
        resolve({
          ended:
            why ??
            `it ends the process that tries it (${signal ?? `exit ${code}`}), at ${MOST_MEMORY_MB} MB of memory at most`,
        }),
      );
      child.send(order, (error) => {
        // How the process ended tells more.
        if (error) child.kill('SIGKILL');
      });
    });
  } finally {
    clearTimeout(timer);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.removeListener(signal, onSignal);
    child.removeAllListeners();
  }
}
