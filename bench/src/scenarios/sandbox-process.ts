import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type Question = 'count' | 'held';

/** An object that all topics have, as digits, and when Lasair took the last of its annotations, ms since 1970. */
export type Held = readonly [objectId: string, at: number];

export type Answer = { readonly endpoint: string } | { readonly count: number } | { readonly held: readonly Held[] };

/** A sandbox Lasair as a process of its own, so that its CPU is counted apart. Ask one question at a time. */
export class SandboxProcess {
  readonly #child: ChildProcess;

  private constructor(
    child: ChildProcess,
    readonly pid: number,
    /** What a Lasair client takes as its endpoint. */
    readonly endpoint: string,
  ) {
    this.#child = child;
  }

  static async start(latencyMs: number, topics: readonly string[]): Promise<SandboxProcess> {
    const child = fork(fileURLToPath(new URL('sandbox-main.js', import.meta.url)), [String(latencyMs), ...topics]);
    const [answer] = (await once(child, 'message')) as [Answer];
    if (!('endpoint' in answer) || child.pid === undefined) throw new Error('the sandbox did not start');
    return new SandboxProcess(child, child.pid, answer.endpoint);
  }

  /** How many objects have their annotations, of all topics. */
  async count(): Promise<number> {
    const answer = await this.#ask('count');
    return 'count' in answer ? answer.count : Number.NaN;
  }

  /** All annotated objects. */
  async held(): Promise<readonly Held[]> {
    const answer = await this.#ask('held');
    return 'held' in answer ? answer.held : [];
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  async #ask(question: Question): Promise<Answer> {
    this.#child.send(question);
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }
}
