import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { FeatureFileResult, FeatureMaker } from '../feature-stage.js';
import { deserializeError, type MakeAnswer, type MakeRequest } from './messages.js';

/**
 * Makes feature files in its own thread, one at a time, for a process that runs other stages meanwhile. The thread
 * starts with the first file.
 */
export class FeatureThread implements FeatureMaker {
  readonly #dataRoot: string;
  readonly #set: string;
  #thread: Worker | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param set the name of a set of features */
  constructor(dataRoot: string, set: string) {
    this.#dataRoot = dataRoot;
    this.#set = set;
  }

  make(stem: string, receivedMs: Float64Array | undefined, wanted?: ReadonlySet<string>): Promise<FeatureFileResult> {
    const made = this.#turn.then(() => this.#make({ stem, receivedMs, wanted }));
    this.#turn = made.catch(() => undefined);
    return made;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#thread?.terminate();
    this.#thread = undefined;
  }

  async #make(request: MakeRequest): Promise<FeatureFileResult> {
    this.#thread ??= this.#begin();
    this.#thread.postMessage(request);
    // If the thread ends instead of answering, this throws its error.
    const [answer] = (await once(this.#thread, 'message')) as [MakeAnswer];
    if ('made' in answer) return answer.made;
    throw deserializeError(answer);
  }

  #begin(): Worker {
    const thread = new Worker(new URL('worker.js', import.meta.url), {
      workerData: { dataRoot: this.#dataRoot, set: this.#set },
    });
    // The next file starts a new thread.
    thread.once('error', () => {
      this.#thread = undefined;
    });
    return thread;
  }
}
