import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Refusal } from '../server/errors.js';
import type { ExportBegins, ExportOrder } from './order.js';

const PROGRAM = fileURLToPath(new URL('export-process.js', import.meta.url));

/** What JavaScript may keep: a row group of Parquet is the most that is in memory. */
const MEMORY = ['--max-old-space-size=128', '--max-semi-space-size=4'];

/** What of its last words is passed on. */
const WORDS = 1_000;

/** An export that has begun. */
export interface Export extends ExportBegins {
  /** The file; an error ends it where it cannot be whole. It ends the process when it is cancelled. */
  readonly bytes: ReadableStream<Uint8Array>;
}

/** Makes exports, one at a time: each is as much work as the machine should do beside the night. */
export class OneExport {
  readonly #end: AbortSignal;
  readonly #onBroken: (why: string) => void;
  #isRunning = false;

  /**
   * @param end an export that is being made ends with it
   * @param onBroken is told why one that had begun could not be whole
   */
  constructor(end: AbortSignal, onBroken: (why: string) => void) {
    this.#end = end;
    this.#onBroken = onBroken;
  }

  /**
   * @param leave who asked has left
   * @throws Refusal if one is being made; what keeps the process from beginning
   */
  async begin(order: ExportOrder, leave: AbortSignal): Promise<Export> {
    if (this.#isRunning) {
      throw new Refusal(503, 'An export is being made', 'One is made at a time: ask again in a moment.', {
        'Retry-After': '10',
      });
    }
    const child = fork(PROGRAM, [], {
      ...{ cwd: '/', env: {}, execArgv: MEMORY },
      ...{ stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' },
    });
    this.#isRunning = true;
    const kill = () => end(child);
    const signals = [this.#end, leave];
    for (const signal of signals) {
      if (signal.aborted) kill();
      signal.addEventListener('abort', kill, { once: true });
    }
    const ended = endOf(child);
    void ended.then(() => {
      this.#isRunning = false;
      for (const signal of signals) signal.removeEventListener('abort', kill);
    });
    const begun = await beginningOf(child, order, ended);
    return { ...begun, bytes: bytesOf(child, ended, this.#onBroken) };
  }
}

/** Kills it and drops its unread output: Node does not count it as ended while there is some. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
}

/** Resolves when it has ended: to why, if it failed. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-WORDS);
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : said.trim() || String(signal ?? code)));
  });
}

async function beginningOf(
  child: ChildProcess,
  order: ExportOrder,
  ended: Promise<string | undefined>,
): Promise<ExportBegins> {
  const begins = new Promise<ExportBegins>((resolve) => child.once('message', resolve));
  // How the process ended tells more than that it could not be told.
  child.send(order, () => {});
  const first = await Promise.race([begins, ended]);
  if (typeof first === 'object') return first;
  throw new Error(`the export could not begin: ${first}`);
}

/** As they are asked for, so that a slow reader slows the process down. */
function bytesOf(
  child: ChildProcess,
  ended: Promise<string | undefined>,
  onBroken: (why: string) => void,
): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = child.stdout![Symbol.asyncIterator]();
  let isCancelled = false;
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (!done) return controller.enqueue(value);
        const why = await ended;
        if (isCancelled) return;
        if (why === undefined) return controller.close();
        onBroken(why);
        controller.error(new Error(`the export was broken off: ${why}`));
      },
      async cancel() {
        isCancelled = true;
        end(child);
        await ended;
      },
    },
    { highWaterMark: 0 },
  );
}
