import { readFileSync } from 'node:fs';

/** A function as V8 names it; lines and columns are counted from 0, and -1 for native code. */
export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** What `node --cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** µs of the machine's monotonic clock, that of `process.hrtime`. */
  readonly startTime: number;
  /** The node that was at work at each sample. */
  readonly samples: readonly number[];
  /** From the sample before to this one, µs; the first from `startTime`. */
  readonly timeDeltas: readonly number[];
}

/** The time that a function itself was at work, without what it called. */
export interface SelfTime {
  readonly frame: CallFrame;
  /** The next function above it that has a file: the caller of a native one. */
  readonly caller: CallFrame | undefined;
  readonly ms: number;
}

/** A part of a process's life, µs of `process.hrtime`. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

const WHOLE_LIFE: Span = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** The thread had nothing to do, or is no function. */
const NOT_AT_WORK = new Set(['(idle)', '(root)']);

/**
 * Self time by function over several profiles, such as those of the threads of a process, the longest first.
 *
 * The time of native code without a name of its own, such as SQLite's, is its caller's.
 *
 * @throws SyntaxError where a file is cut
 */
export function selfTimes(files: readonly string[], span: Span = WHOLE_LIFE): SelfTime[] {
  const byFunction = new Map<string, SelfTime>();
  for (const file of files) {
    const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
    const callers = callersOf(profile);
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [id, us] of timeByNode(profile, span)) {
      const frame = frames.get(id) as CallFrame;
      if (NOT_AT_WORK.has(frame.functionName)) continue;
      const caller = frame.url === '' ? callers.get(id) : undefined;
      const key = [frame, caller].map((of) => of && [of.functionName, of.url, of.lineNumber, of.columnNumber]).join();
      byFunction.set(key, { frame, caller, ms: (byFunction.get(key)?.ms ?? 0) + us / 1_000 });
    }
  }
  return [...byFunction.values()].sort((a, b) => b.ms - a.ms);
}

/** A sample stands for the time until the next one. */
function timeByNode({ samples, timeDeltas, startTime }: CpuProfile, { from, until }: Span): Map<number, number> {
  const times = new Map<number, number>();
  let at = startTime;
  samples.forEach((id, index) => {
    at += timeDeltas[index] as number;
    const us = timeDeltas[index + 1] ?? 0;
    if (at >= from && at < until) times.set(id, (times.get(id) ?? 0) + us);
  });
  return times;
}

function callersOf({ nodes }: CpuProfile): Map<number, CallFrame | undefined> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map<number, CallFrame | undefined>();
  const go = (node: ProfileNode, caller: CallFrame | undefined) => {
    callers.set(node.id, caller);
    const next = node.callFrame.url === '' ? caller : node.callFrame;
    for (const child of node.children ?? []) go(byId.get(child) as ProfileNode, next);
  };
  const [root] = nodes;
  if (root) go(root, undefined);
  return callers;
}
