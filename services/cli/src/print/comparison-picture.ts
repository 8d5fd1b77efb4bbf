import { BINS, binOf, type Comparison, DIFFERENCE_BINS, FIELD_BINS } from '@lvra/operations';
import { parse, type Spec, View } from 'vega';
import { type Compared, crossingsInWords, headline } from './comparison.js';

/** Told apart in every kind of colour blindness. Source: Okabe & Ito 2008. */
const FIRST = '#0072B2';
const SECOND = '#D55E00';
const LINE = '#555555';

const SIZE = 300;
const GAP = 86;

/** Draws a comparison: both histograms, the one score against the other, and the differences. @returns SVG */
export async function draw(compared: Compared, comparison: Comparison): Promise<string> {
  const view = new View(parse(specOf(compared, comparison)), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function specOf(compared: Compared, comparison: Comparison): Spec {
  const { first, second } = compared;
  return {
    background: 'white',
    padding: 16,
    width: 3 * SIZE + 2 * GAP,
    height: SIZE,
    title: {
      text: headline(compared, comparison),
      subtitle: `Dashed: the threshold. ${crossingsInWords(comparison)}`,
      anchor: 'start',
      fontSize: 15,
      subtitleFontSize: 13,
      subtitlePadding: 6,
      offset: 30,
    },
    config: {
      axis: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal', grid: false, titlePadding: 8 },
      legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: 'normal' },
    },
    data: [
      { name: 'scores', values: histogramRows(compared, comparison) },
      { name: 'field', values: fieldRows(comparison) },
      { name: 'differences', values: differenceRows(comparison) },
    ],
    marks: [
      scoresPanel(first, second, comparison),
      fieldPanel(first, second, comparison),
      differencesPanel(first, second),
    ],
  };
}

/** Steps of a histogram; the last edge is drawn too. */
function histogramRows({ first, second }: Compared, { histograms }: Comparison) {
  return histograms.flatMap((counts, index) =>
    [...counts, counts.at(-1) as number].map((scores, bin) => ({
      who: index === 0 ? first : second,
      edge: bin / BINS,
      scores,
    })),
  );
}

function fieldRows({ field }: Comparison) {
  const edge = (bin: number) => bin / FIELD_BINS;
  return field.flatMap((row, x) =>
    row.flatMap((scores, y) =>
      scores === 0 ? [] : [{ x: edge(x), x2: edge(x + 1), y: edge(y), y2: edge(y + 1), scores }],
    ),
  );
}

function differenceRows({ differences }: Comparison) {
  const counts = new Array<number>(DIFFERENCE_BINS).fill(0);
  for (const difference of differences) counts[binOf((difference + 1) / 2, DIFFERENCE_BINS)]!++;
  const edge = (bin: number) => (2 * bin) / DIFFERENCE_BINS - 1;
  return counts.flatMap((scores, bin) => (scores === 0 ? [] : [{ edge: edge(bin), edge2: edge(bin + 1), scores }]));
}

type Mark = NonNullable<Spec['marks']>[number];

function panel(index: number, rest: object): Mark {
  return {
    type: 'group',
    encode: { enter: { x: { value: index * (SIZE + GAP) }, width: { value: SIZE }, height: { value: SIZE } } },
    ...rest,
  } as Mark;
}

const RIGHTWARD = [0, SIZE];
const UPWARD = [SIZE, 0];

const scale = (name: string, type: string, domain: unknown, range: unknown) => ({ name, type, domain, range });
const axis = (orient: 'bottom' | 'left', title: string) => ({ orient, scale: orient === 'left' ? 'y' : 'x', title });
const legend = (legendX: number, legendY: number) => ({ orient: 'none', legendX, legendY, direction: 'horizontal' });

/** Where a mark is, by its data: `x: 'edge'` is the field of the scale x. */
function at(fields: Readonly<Record<string, string>>): Record<string, { scale: string; field: string }> {
  return Object.fromEntries(
    Object.entries(fields).map(([channel, field]) => [channel, { scale: channel.slice(0, 1), field }]),
  );
}

const mark = (type: string, data: string, enter: object) => ({ type, from: { data }, encode: { enter } });
const value = (constant: unknown) => ({ value: constant });

function scoresPanel(first: string, second: string, { threshold }: Comparison): Mark {
  const counts = { data: 'scores', field: 'scores' };
  const stroke = { scale: 'who', field: 'who' };
  const steps = { ...at({ x: 'edge', y: 'scores' }), interpolate: value('step-after'), stroke, strokeWidth: value(2) };
  return panel(0, {
    scales: [
      scale('x', 'linear', [0, 1], RIGHTWARD),
      { ...scale('y', 'linear', counts, UPWARD), nice: true, zero: true },
      scale('who', 'ordinal', [first, second], [FIRST, SECOND]),
    ],
    axes: [axis('bottom', 'score'), { ...axis('left', `scores in a bin of ${1 / BINS}`), format: ',d', tickCount: 6 }],
    legends: [{ stroke: 'who', ...legend(40, -26), symbolType: 'stroke', symbolStrokeWidth: 3, columns: 2 }],
    marks: [
      {
        type: 'group',
        from: { facet: { data: 'scores', name: 'one', groupby: 'who' } },
        marks: [mark('line', 'one', steps)],
      },
      dashed({ x: { scale: 'x', value: threshold }, y: value(0), y2: value(SIZE) }),
    ],
  });
}

function fieldPanel(first: string, second: string, { threshold }: Comparison): Mark {
  const counts = { data: 'field', field: 'scores' };
  const title = `scores, squares of ${1 / FIELD_BINS}`;
  return panel(1, {
    scales: [
      scale('x', 'linear', [0, 1], RIGHTWARD),
      scale('y', 'linear', [0, 1], UPWARD),
      { ...scale('colour', 'log', counts, { scheme: 'viridis' }), reverse: true },
    ],
    axes: [axis('bottom', `score by ${first}`), axis('left', `score by ${second}`)],
    legends: [
      {
        ...{ fill: 'colour', ...legend(0, -30), title, titleOrient: 'left', titleLimit: 0 },
        ...{ gradientLength: 120, gradientThickness: 9, format: ',d', tickCount: 3 },
      },
    ],
    marks: [
      mark('rect', 'field', {
        ...at({ x: 'x', x2: 'x2', y: 'y2', y2: 'y' }),
        fill: { scale: 'colour', field: 'scores' },
      }),
      line({ x: value(0), y: value(SIZE), x2: value(SIZE), y2: value(0) }),
      dashed({ x: { scale: 'x', value: threshold }, y: value(0), y2: value(SIZE) }),
      dashed({ y: { scale: 'y', value: threshold }, x: value(0), x2: value(SIZE) }),
    ],
  });
}

function differencesPanel(first: string, second: string): Mark {
  const counts = { data: 'differences', field: 'scores' };
  const { x, x2, y } = at({ x: 'edge', x2: 'edge2', y: 'scores' });
  return panel(2, {
    scales: [
      scale('x', 'linear', [-1, 1], RIGHTWARD),
      { ...scale('y', 'symlog', counts, UPWARD), zero: true, nice: true },
    ],
    axes: [
      { ...axis('bottom', `${second} less ${first}`), tickCount: 5 },
      {
        ...axis('left', `scores in a bin of ${2 / DIFFERENCE_BINS}`),
        format: ',d',
        values: [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
      },
    ],
    marks: [
      mark('rect', 'differences', {
        ...{ x: { ...x, offset: 0.5 }, x2: { ...x2, offset: -0.5 }, y, y2: { scale: 'y', value: 0 } },
        fill: value('#888888'),
      }),
      line({ x: { scale: 'x', value: 0 }, y: value(0), y2: value(SIZE) }),
    ],
  });
}

function line(place: object): object {
  return { type: 'rule', encode: { enter: { ...place, stroke: value(LINE), strokeWidth: value(1) } } };
}

function dashed(place: object): object {
  return line({ ...place, strokeDash: value([5, 4]) });
}
