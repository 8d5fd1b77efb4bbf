/** Where a picture of scores is drawn, in user units of its SVG: scores from 0 to 1 along the bottom. */
export interface ScoreFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Where a score stands along the bottom. */
export function xOf({ left, right }: ScoreFrame, score: number): number {
  return rounded(left + (right - left) * Math.min(Math.max(score, 0), 1));
}

/** Where a share of `top` stands, from the bottom up. */
export function yOf({ top, bottom }: ScoreFrame, share: number, most = 1): number {
  return rounded(bottom - (bottom - top) * Math.min(Math.max(share / most, 0), 1));
}

/** Scores along the bottom. */
export function ScoreAxis({ frame, label }: { frame: ScoreFrame; label: string }) {
  const { left, right, top, bottom } = frame;
  return (
    <g>
      <path class="axis" d={FIFTHS.map((score) => `M${xOf(frame, score)} ${bottom}v5`).join('')} />
      {FIFTHS.map((score) => (
        <text x={xOf(frame, score)} y={bottom + 18} text-anchor="middle">
          {score}
        </text>
      ))}
      <text class="label" x={(left + right) / 2} y={bottom + 35} text-anchor="middle">
        {label}
      </text>
      <rect class="frame" x={left} y={top} width={right - left} height={bottom - top} />
    </g>
  );
}

/** Values up the left side: from 0 to `most`, in words of `text`. */
export function UpAxis({ frame, label, most, ticks, text }: UpAxisProps) {
  const { left, right, top, bottom } = frame;
  const middle = (top + bottom) / 2;
  return (
    <g>
      {ticks.map((value) => (
        <>
          <path class="grid" d={`M${left} ${yOf(frame, value, most)}H${right}`} />
          <text x={left - 6} y={yOf(frame, value, most) + 4} text-anchor="end">
            {text(value)}
          </text>
        </>
      ))}
      <text class="label" transform={`translate(14 ${middle}) rotate(-90)`} text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

interface UpAxisProps {
  readonly frame: ScoreFrame;
  readonly label: string;
  readonly most: number;
  readonly ticks: readonly number[];
  readonly text: (value: number) => string;
}

/** A round value at or above the greatest one: 1, 2 or 5 times a power of ten. */
export function roundAbove(greatest: number): number {
  if (!(greatest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  const factor = [1, 2, 5, 10].find((each) => each * power >= greatest) ?? 10;
  return factor * power;
}

export const FIFTHS_OF_ONE: readonly number[] = FIFTHS;

/** Two decimals are finer than any screen. */
function rounded(at: number): number {
  return Math.round(at * 100) / 100;
}
