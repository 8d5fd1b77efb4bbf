/** Under npx, one Ctrl-C arrives twice: from the terminal, and passed on by npm. */
const DUPLICATE_SIGNAL_MS = 1_000;

/**
 * Aborted by the first SIGTERM or SIGINT; current work is finished then. A second one, at least a second later, ends the
 * process at once: nothing is lost, the work is only repeated.
 */
export function stopSignal(onFirst: (signal: NodeJS.Signals) => void): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      onFirst(signal);
      controller.abort();
    } else if (performance.now() - firstAt >= DUPLICATE_SIGNAL_MS) {
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.removeListener(name, stop);
      process.kill(process.pid, signal);
    }
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stop);
  return controller.signal;
}
