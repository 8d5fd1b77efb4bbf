import { rounded, type Scale, type Tick } from './scale.js';

/** The part of a picture inside its axes, in user units of the SVG. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The frame, with values to the left. */
export function ValueAxis({ frame, scale, label }: { frame: Frame; scale: Scale; label: string }) {
  const { left, right, top, bottom } = frame;
  const middle = (top + bottom) / 2;
  return (
    <g>
      {scale.ticks.map(({ at, text }) => (
        <>
          <path class="grid" d={`M${left} ${rounded(at)}H${right}`} />
          <text x={left - 6} y={rounded(at + 4)} text-anchor="end">
            {text}
          </text>
        </>
      ))}
      <rect class="frame" x={left} y={top} width={right - left} height={bottom - top} />
      <text class="label" transform={`translate(14 ${middle}) rotate(-90)`} text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

interface TimeProps {
  readonly frame: Frame;
  readonly scale: Scale;
  /** Of the dates above the frame; none if they stand above another one already. */
  readonly dates?: readonly Tick[];
}

/** Half of the longest date: no text may leave the picture. */
const DATE_HALF = 34;

/** Times below the frame, and dates above it. */
export function TimeAxis({ frame, scale, dates = [] }: TimeProps) {
  const { left, right, top, bottom } = frame;
  return (
    <g>
      <path class="axis" d={scale.ticks.map(({ at }) => `M${rounded(at)} ${bottom}v5`).join('')} />
      {dates.length > 0 && <path class="axis" d={dates.map(({ at }) => `M${rounded(at)} ${top}v-5`).join('')} />}
      {scale.ticks.map(({ at, text }) => (
        <text x={rounded(at)} y={bottom + 18} text-anchor="middle">
          {text}
        </text>
      ))}
      {dates.map(({ at, text }) => (
        <text x={rounded(Math.min(Math.max(at, left), right + 14 - DATE_HALF))} y={top - 9} text-anchor="middle">
          {text}
        </text>
      ))}
      <text class="label" x={right} y={bottom + 34} text-anchor="end">
        {dates.length > 0 ? 'MJD (TAI); above, UTC' : 'MJD (TAI)'}
      </text>
    </g>
  );
}
