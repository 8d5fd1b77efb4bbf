import { type Axis, drawLines } from './lines.js';

/** What is drawn of bench/results/curves.json: CPU of the feature stage, ms an alert, beside that of bare JSON.parse. */
export interface Curves {
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly bySources: readonly CurvePoint[];
  readonly byBatch: readonly CurvePoint[];
}

interface CurvePoint {
  /** Sources an alert, or alerts a batch. */
  readonly at: number;
  readonly cpuMs: number;
  readonly parseMs: number;
}

/** What an alert costs the feature stage by the size of its batch. @returns SVG */
export function drawBatches(curves: Curves): Promise<string> {
  const ticks = curves.byBatch.map(({ at }) => at).filter((at) => Number.isInteger(Math.log10(at)));
  const x = { title: 'alerts a batch', log: true, ticks };
  return drawCurve('The feature stage by the size of a batch', x, curves.byBatch, curves);
}

/** What an alert costs the feature stage by its number of sources. @returns SVG */
export function drawSources(curves: Curves): Promise<string> {
  return drawCurve('The feature stage by sources an alert', { title: 'sources an alert' }, curves.bySources, curves);
}

function drawCurve(
  title: string,
  x: Axis,
  points: readonly CurvePoint[],
  { machine, node, commit }: Curves,
): Promise<string> {
  return drawLines({
    ...{ title, subtitle: `${machine}, Node ${node}, ${commit}`, x },
    y: { title: 'CPU ms an alert', format: '.1f' },
    ...{ columns: 1, size: { width: 520, height: 240 } },
    panels: [
      {
        points: points.flatMap(({ at, cpuMs, parseMs }) => [
          { x: at, y: cpuMs, line: 'feature stage' },
          { x: at, y: parseMs, line: 'bare JSON.parse of the same bytes' },
        ]),
      },
    ],
  });
}
