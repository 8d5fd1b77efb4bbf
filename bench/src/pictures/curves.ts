import type { CostPoint } from '../curves/costs.js';
import type { ReplicaPoint } from '../curves/replicas.js';
import { type Axis, drawLines, type Point } from './lines.js';

/** bench/results/curves.json. */
export interface Curves {
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly bySources: readonly CostPoint[];
  readonly byBatch: readonly CostPoint[];
  readonly replicas: readonly ReplicaPoint[];
}

const subtitleOf = ({ machine, node, commit }: Curves) => `${machine}, Node ${node}, ${commit}`;

/** What an alert costs each stage by the size of its batch. @returns SVG */
export function drawBatches(curves: Curves): Promise<string> {
  const ticks = curves.byBatch.map(({ at }) => at).filter((at) => Number.isInteger(Math.log10(at)));
  const x = { title: 'alerts a batch', log: true, ticks };
  return drawCosts('An alert by the size of its batch', x, true, curves.byBatch, curves);
}

/** What an alert costs each stage by its number of sources. @returns SVG */
export function drawSources(curves: Curves): Promise<string> {
  return drawCosts('An alert by its sources', { title: 'sources an alert' }, false, curves.bySources, curves);
}

/** How rate and CPU of each stage change with its replicas. @returns SVG */
export function drawReplicas(curves: Curves): Promise<string> {
  const ofOne = (figure: 'alertsPerSecond' | 'cpuMs'): Point[] =>
    curves.replicas.flatMap((point) => {
      const one = curves.replicas.find(({ stage, replicas }) => stage === point.stage && replicas === 1);
      const line = point.stage === 'all' ? 'all four' : point.stage;
      return one ? [{ x: point.replicas, y: point[figure] / one[figure], line }] : [];
    });
  return drawLines({
    title: 'What replicas of a stage make of a backlog, in multiples of one replica',
    subtitle: `${subtitleOf(curves)}; of all four: with everything else on the same cores`,
    x: { title: 'replicas', ticks: [...new Set(curves.replicas.map(({ replicas }) => replicas))] },
    y: { title: 'of one replica', format: '.1f' },
    ...{ columns: 2, size: { width: 300, height: 220 } },
    panels: [
      { title: 'alerts a second', points: ofOne('alertsPerSecond') },
      { title: 'CPU an alert', points: ofOne('cpuMs') },
    ],
  });
}

function drawCosts(
  title: string,
  x: Axis,
  log: boolean,
  points: readonly CostPoint[],
  curves: Curves,
): Promise<string> {
  return drawLines({
    ...{ title, subtitle: subtitleOf(curves), x },
    y: { title: 'CPU ms an alert', log, format: log ? '~g' : '.1f' },
    ...{ columns: 1, size: { width: 520, height: 260 } },
    panels: [
      {
        points: points.flatMap(({ at, stages, parseMs }) => [
          ...Object.entries(stages).map(([line, y]) => ({ x: at, y, line })),
          { x: at, y: parseMs, line: 'bare JSON.parse' },
        ]),
      },
    ],
  });
}
