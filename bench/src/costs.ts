import type { PipelineRun } from './pipeline.js';
import type { BenchResult, StageCost } from './results.js';

/**
 * What a run cost, by stage and together.
 *
 * @param lastRegisteredMs when the consumer registered its last batch, ms since 1970
 */
export function costsOf(run: PipelineRun, lastRegisteredMs: number): BenchResult['costs'] {
  const stages = run.stages.map(
    ({ stage, userMs, systemMs, writtenBytes, peakMb, busySeconds, ledgerTransactions }) => {
      const seconds = stage === 'consumer' ? (lastRegisteredMs - run.begunMs) / 1000 : busySeconds;
      const cost: StageCost = {
        alertsPerSecond: run.alerts / seconds,
        userMs: userMs / run.alerts,
        systemMs: systemMs / run.alerts,
        peakMb,
        writtenBytes: writtenBytes / run.alerts,
        ledgerTransactions,
        httpCalls: stage === 'annotate' ? run.lasairCalls : 0,
      };
      return [stage, cost] as const;
    },
  );
  const total = (figure: keyof StageCost) => stages.reduce((sum, [, cost]) => sum + cost[figure], 0);
  const all: StageCost = {
    alertsPerSecond: run.alerts / run.seconds,
    userMs: total('userMs'),
    systemMs: total('systemMs'),
    peakMb: total('peakMb'),
    writtenBytes: total('writtenBytes'),
    ledgerTransactions: total('ledgerTransactions'),
    httpCalls: total('httpCalls'),
  };
  return Object.fromEntries([...stages, ['all', all]]) as unknown as BenchResult['costs'];
}
