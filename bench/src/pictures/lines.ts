import type { Mark, Scale } from 'vega';
import { COLOURS, draw, GREY } from './draw.js';

/** A quantity along an axis. */
export interface Axis {
  /** With its unit. */
  readonly title: string;
  readonly log?: boolean;
  /** Of its labels, by d3-format; unless told, `~s`: 1k, 10M. */
  readonly format?: string;
  /** Where the ticks stand; unless told, where they fit. */
  readonly ticks?: readonly number[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The legend's name of its line. */
  readonly line: string;
}

/** One diagram of a picture. */
export interface Panel {
  readonly title?: string;
  readonly points: readonly Point[];
}

export interface LinePicture {
  readonly title: string;
  readonly subtitle: string;
  readonly x: Axis;
  readonly y: Axis;
  /** All have the same axes, so that they can be compared. */
  readonly panels: readonly Panel[];
  readonly columns: number;
  /** A dashed line across, which the subtitle explains. */
  readonly limit?: number;
  readonly size: { readonly width: number; readonly height: number };
}

/** Ticks of a logarithmic axis; those outside of it are left out. */
const DECADES = Array.from({ length: 13 }, (_, exponent) => 10 ** (exponent - 6));

const GAP = { x: 62, y: 68 };

/** Lines through what was measured, in one diagram or several side by side. @returns SVG */
export function drawLines(picture: LinePicture): Promise<string> {
  const { title, subtitle, panels, size } = picture;
  const columns = Math.min(picture.columns, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const names = [...new Set(panels.flatMap(({ points }) => points.map(({ line }) => line)))];
  return draw({
    ...{ title, subtitle },
    width: columns * size.width + (columns - 1) * GAP.x,
    height: rows * size.height + (rows - 1) * GAP.y,
    scales: [{ name: 'colour', type: 'ordinal', domain: names, range: [...COLOURS] }],
    legends:
      names.length > 1
        ? [{ stroke: 'colour', symbolType: 'stroke', symbolStrokeWidth: 3, orient: 'top', direction: 'horizontal' }]
        : [],
    marks: panels.map((panel, index) => panelMark(panel, index, columns, picture)),
  });
}

function panelMark({ title, points }: Panel, index: number, columns: number, picture: LinePicture): Mark {
  const { x, y, size, limit, panels } = picture;
  const [column, row] = [index % columns, Math.floor(index / columns)];
  const isLowest = index + columns >= panels.length;
  const all = panels.flatMap((panel) => panel.points);
  const scale = (axis: Axis, name: 'x' | 'y', range: [number, number], extra: number[]): Scale => ({
    ...{ name, range, nice: axis.ticks === undefined },
    ...(axis.log ? { type: 'log' } : { type: 'linear', zero: true }),
    domain: [...spread([...all.map((point) => point[name]), ...extra, ...(axis.ticks ?? [])], axis)],
  });
  const axisOf = ({ title, format = '~s', ticks, log }: Axis) => ({
    ...{ title, grid: true, format, labelOverlap: true },
    ...(ticks ? { values: [...ticks] } : log && { values: DECADES }),
  });
  return {
    type: 'group',
    ...(title !== undefined && {
      title: { text: title, anchor: 'start', fontSize: 12, fontWeight: 'normal', offset: 4, frame: 'group' },
    }),
    encode: {
      enter: {
        x: { value: column * (size.width + GAP.x) },
        y: { value: row * (size.height + GAP.y) },
        width: { value: size.width },
        height: { value: size.height },
      },
    },
    scales: [scale(x, 'x', [0, size.width], []), scale(y, 'y', [size.height, 0], limit === undefined ? [] : [limit])],
    axes: [
      { orient: 'bottom', scale: 'x', gridScale: 'y', ...axisOf(isLowest ? x : { ...x, title: '' }) },
      { orient: 'left', scale: 'y', gridScale: 'x', ...axisOf(column === 0 ? y : { ...y, title: '' }), tickCount: 5 },
    ],
    data: [{ name: 'points', values: [...points] }],
    marks: [
      ...(limit === undefined ? [] : [limitMark(limit)]),
      {
        type: 'group',
        from: { facet: { data: 'points', name: 'one', groupby: 'line' } },
        marks: [
          { type: 'line', from: { data: 'one' }, encode: { enter: { ...at, strokeWidth: { value: 2 } } } },
          {
            type: 'symbol',
            from: { data: 'one' },
            encode: { enter: { ...at, fill: at.stroke, size: { value: 28 } } },
          },
        ],
      },
    ],
  };
}

const at = {
  x: { scale: 'x', field: 'x' },
  y: { scale: 'y', field: 'y' },
  stroke: { scale: 'colour', field: 'line' },
};

function limitMark(y: number): Mark {
  return {
    type: 'rule',
    encode: {
      enter: {
        ...{ x: { value: 0 }, x2: { field: { group: 'width' } }, y: { scale: 'y', value: y } },
        ...{ stroke: { value: GREY }, strokeDash: { value: [5, 4] } },
      },
    },
  };
}

/** From the least to the greatest; a linear axis begins at 0. */
function spread(values: readonly number[], { log }: Axis): [number, number] {
  return [log ? Math.min(...values) : 0, Math.max(...values)];
}
