import { durationOf } from '../layout/parts.js';
import type { Frame } from './axes.js';
import { linearScale, rounded, type Scale } from './scale.js';

/** A bar of a waterfall; times are in ms after the first begins. */
export interface Bar {
  readonly name: string;
  /** Of the sheet: `stage-` and this. */
  readonly stage: string;
  readonly from: number;
  readonly to: number;
  /** What is written behind it, besides how long it took. */
  readonly remark: string | undefined;
}

const WIDTH = 560;
const TOP = 8;
const ROW = 22;
const BAR = 14;
/** Names stand to the left, how long it took to the right of a bar. */
const [LEFT, RIGHT] = [104, 488];
/** What took no time is seen all the same. */
const THINNEST = 2;

const UNITS = [
  { name: 'ms', ms: 1, most: 1_000 },
  { name: 's', ms: 1_000, most: 120_000 },
  { name: 'min', ms: 60_000, most: 7_200_000 },
  { name: 'h', ms: 3_600_000, most: Number.POSITIVE_INFINITY },
] as const;

/** What happened one after the other, and how long each of it took. */
export function Waterfall({ title, bars }: { title: string; bars: readonly Bar[] }) {
  const end = Math.max(...bars.map(({ to }) => to), 1);
  const unit = UNITS.find(({ most }) => end <= most) ?? UNITS[UNITS.length - 1]!;
  const frame: Frame = { left: LEFT, right: RIGHT, top: TOP, bottom: TOP + ROW * bars.length };
  const scale = linearScale([0, end / unit.ms], [LEFT, RIGHT], 6);
  return (
    <svg role="img" aria-label={title} viewBox={`0 0 ${WIDTH} ${frame.bottom + 40}`}>
      <Ticks frame={frame} scale={scale} unit={unit.name} />
      {bars.map((bar, row) => (
        <Row bar={bar} top={TOP + ROW * row} at={(ms) => scale.at(ms / unit.ms)} />
      ))}
    </svg>
  );
}

function Ticks({ frame: { left, right, top, bottom }, scale, unit }: { frame: Frame; scale: Scale; unit: string }) {
  return (
    <g>
      {scale.ticks.map(({ at, text }) => (
        <>
          <path class="grid" d={`M${rounded(at)} ${top}V${bottom}`} />
          <text x={rounded(at)} y={bottom + 16} text-anchor="middle">
            {text}
          </text>
        </>
      ))}
      <path class="axis" d={`M${left} ${bottom}H${right}`} />
      <text class="label" x={right} y={bottom + 32} text-anchor="end">
        {unit} after the first
      </text>
    </g>
  );
}

function Row({
  bar: { name, stage, from, to, remark },
  top,
  at,
}: {
  bar: Bar;
  top: number;
  at: (ms: number) => number;
}) {
  const [x, end] = [at(from), at(to)];
  const width = Math.max(end - x, THINNEST);
  const took = `${durationOf(to - from)}${remark === undefined ? '' : ` ${remark}`}`;
  return (
    <g>
      <text class="label" x={LEFT - 8} y={top + BAR} text-anchor="end">
        {name}
      </text>
      <rect
        class={`stage-${stage}`}
        x={rounded(x)}
        y={top + (ROW - BAR) / 2}
        width={rounded(width)}
        height={BAR}
        data-tip={`${name}: ${took}, from ${durationOf(from)} to ${durationOf(to)}`}
      />
      <Beside text={took} {...{ x, width }} y={top + BAR} />
    </g>
  );
}

/** Behind the bar, or before it where there is more room. */
function Beside({ text, x, width, y }: { text: string; x: number; width: number; y: number }) {
  if (x - LEFT > WIDTH - x - width) {
    return (
      <text x={rounded(x - 6)} y={y} text-anchor="end">
        {text}
      </text>
    );
  }
  return (
    <text x={rounded(x + width + 6)} y={y}>
      {text}
    </text>
  );
}
