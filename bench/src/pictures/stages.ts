import { FLOOR_NAMES, type Floors } from '../floors.js';
import { type BenchResult, MEASURED } from '../results.js';
import { COLOURS, draw } from './draw.js';

const [BAR, BETWEEN, WIDTH] = [22, 8, 560] as const;
const KINDS = ['user', 'system', 'floor'] as const;

/** What an alert costs by stage and together, and what the same bytes cost at the least, in the same run. @returns SVG */
export function drawStages(result: BenchResult): Promise<string> {
  const floor = (name: keyof Floors) => (result.floors.before[name] + result.floors.after[name]) / 2;
  const stages = MEASURED.map((name) => {
    const { userMs, systemMs } = result.costs[name];
    return { name: name === 'all' ? 'all four' : name, parts: { user: userMs, system: systemMs } };
  });
  const floors = Object.entries(FLOOR_NAMES)
    .map(([name, words]) => ({ name: words, parts: { floor: floor(name as keyof Floors) } }))
    .sort((a, b) => b.parts.floor - a.parts.floor);
  const bars = [...stages, ...floors].map(({ name, parts }) => ({ name, parts: Object.entries(parts) }));
  const rows = bars.flatMap(({ name, parts }) => parts.map(([kind, ms]) => ({ name, kind, ms })));
  const parse = floor('jsonParse');
  const labels = bars.map(({ name, parts }) => {
    const ms = parts.reduce((sum, [, part]) => sum + part, 0);
    return { name, ms, text: `${ms.toFixed(3)} ms, ${(ms / parse).toFixed(1)} x JSON.parse` };
  });
  const kB = (result.bytesAnAlert / 1_000).toFixed(1);
  return draw({
    title: 'CPU time of an alert, and the least for its bytes',
    subtitle: `${result.alerts.toLocaleString('en')} alerts of ${kB} kB; ${result.machine}, Node ${result.node}, ${result.commit}`,
    width: WIDTH,
    height: bars.length * (BAR + BETWEEN),
    data: [
      { name: 'parts', values: rows, transform: [{ type: 'stack', groupby: ['name'], field: 'ms' }] },
      { name: 'labels', values: labels },
    ],
    scales: [
      {
        ...{ name: 'y', type: 'band', domain: bars.map(({ name }) => name), range: 'height' as const },
        padding: BETWEEN / (BAR + BETWEEN),
      },
      // Room for the label of the longest bar.
      {
        name: 'x',
        type: 'linear',
        domain: [0, Math.max(...labels.map(({ ms }) => ms)) * 1.45],
        range: 'width' as const,
      },
      { name: 'colour', type: 'ordinal', domain: [...KINDS], range: [COLOURS[0], COLOURS[5], '#999999'] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'CPU ms an alert', grid: true, tickCount: 8 },
      { orient: 'left', scale: 'y', ticks: false, domain: false, labelPadding: 8, labelLimit: 0 },
    ],
    legends: [{ fill: 'colour', orient: 'top', direction: 'horizontal', symbolType: 'square' }],
    marks: [
      {
        type: 'rect',
        from: { data: 'parts' },
        encode: {
          enter: {
            ...{ x: { scale: 'x', field: 'y0' }, x2: { scale: 'x', field: 'y1' } },
            ...{ y: { scale: 'y', field: 'name' }, height: { scale: 'y', band: 1 } },
            fill: { scale: 'colour', field: 'kind' },
          },
        },
      },
      {
        type: 'text',
        from: { data: 'labels' },
        encode: {
          enter: {
            ...{ x: { scale: 'x', field: 'ms', offset: 6 }, y: { scale: 'y', field: 'name', band: 0.5 } },
            ...{ text: { field: 'text' }, baseline: { value: 'middle' }, fontSize: { value: 12 } },
          },
        },
      },
    ],
  });
}
