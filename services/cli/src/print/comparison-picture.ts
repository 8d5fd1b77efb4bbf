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

const UNIT = { type: 'linear', domain: [0, 1] } as const;

function scoresPanel(first: string, second: string, { threshold }: Comparison): Mark {
  return panel(0, {
    scales: [
      { ...UNIT, name: 'x', range: [0, SIZE] },
      {
        name: 'y',
        type: 'linear',
        domain: { data: 'scores', field: 'scores' },
        range: [SIZE, 0],
        nice: true,
        zero: true,
      },
      { name: 'who', type: 'ordinal', domain: [first, second], range: [FIRST, SECOND] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'score' },
      { orient: 'left', scale: 'y', title: `scores in a bin of ${1 / BINS}`, format: ',d', tickCount: 6 },
    ],
    legends: [
      {
        stroke: 'who',
        orient: 'none',
        legendX: 40,
        legendY: -26,
        direction: 'horizontal',
        symbolType: 'stroke',
        symbolStrokeWidth: 3,
        columns: 2,
      },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { data: 'scores', name: 'one', groupby: 'who' } },
        marks: [
          {
            type: 'line',
            from: { data: 'one' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'edge' },
                y: { scale: 'y', field: 'scores' },
                interpolate: { value: 'step-after' },
                stroke: { scale: 'who', field: 'who' },
                strokeWidth: { value: 2 },
              },
            },
          },
        ],
      },
      dashed({ x: { scale: 'x', value: threshold }, y: { value: 0 }, y2: { value: SIZE } }),
    ],
  });
}

function fieldPanel(first: string, second: string, { threshold }: Comparison): Mark {
  return panel(1, {
    scales: [
      { ...UNIT, name: 'x', range: [0, SIZE] },
      { ...UNIT, name: 'y', range: [SIZE, 0] },
      {
        name: 'colour',
        type: 'log',
        domain: { data: 'field', field: 'scores' },
        range: { scheme: 'viridis' },
        reverse: true,
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: `score by ${first}` },
      { orient: 'left', scale: 'y', title: `score by ${second}` },
    ],
    legends: [
      {
        fill: 'colour',
        orient: 'none',
        legendX: 0,
        legendY: -30,
        direction: 'horizontal',
        title: `scores, squares of ${1 / FIELD_BINS}`,
        titleOrient: 'left',
        titleLimit: 0,
        gradientLength: 120,
        gradientThickness: 9,
        format: ',d',
        tickCount: 3,
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'field' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            x2: { scale: 'x', field: 'x2' },
            y: { scale: 'y', field: 'y2' },
            y2: { scale: 'y', field: 'y' },
            fill: { scale: 'colour', field: 'scores' },
          },
        },
      },
      line({ x: { value: 0 }, y: { value: SIZE }, x2: { value: SIZE }, y2: { value: 0 } }),
      dashed({ x: { scale: 'x', value: threshold }, y: { value: 0 }, y2: { value: SIZE } }),
      dashed({ y: { scale: 'y', value: threshold }, x: { value: 0 }, x2: { value: SIZE } }),
    ],
  });
}

function differencesPanel(first: string, second: string): Mark {
  return panel(2, {
    scales: [
      { name: 'x', type: 'linear', domain: [-1, 1], range: [0, SIZE] },
      {
        name: 'y',
        type: 'symlog',
        domain: { data: 'differences', field: 'scores' },
        range: [SIZE, 0],
        zero: true,
        nice: true,
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: `${second} less ${first}`, tickCount: 5 },
      {
        orient: 'left',
        scale: 'y',
        title: `scores in a bin of ${2 / DIFFERENCE_BINS}`,
        format: ',d',
        values: [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'differences' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'edge', offset: 0.5 },
            x2: { scale: 'x', field: 'edge2', offset: -0.5 },
            y: { scale: 'y', field: 'scores' },
            y2: { scale: 'y', value: 0 },
            fill: { value: '#888888' },
          },
        },
      },
      line({ x: { scale: 'x', value: 0 }, y: { value: 0 }, y2: { value: SIZE } }),
    ],
  });
}

function line(place: object): object {
  return { type: 'rule', encode: { enter: { ...place, stroke: { value: LINE }, strokeWidth: { value: 1 } } } };
}

function dashed(place: object): object {
  return line({ ...place, strokeDash: { value: [5, 4] } });
}
