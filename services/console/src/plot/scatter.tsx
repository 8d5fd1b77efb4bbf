import { FIFTHS_OF_ONE, ScoreAxis, type ScoreFrame, UpAxis, xOf, yOf } from './unit-axes.js';

interface Props {
  readonly title: string;
  readonly first: string;
  readonly second: string;
  /** How many pairs are in each square: rows of the first's bins, each of the second's. */
  readonly field: readonly (readonly number[])[];
  readonly threshold: number;
}

const FRAME: ScoreFrame = { left: 58, right: 438, top: 10, bottom: 390 };

/** Squares with more pairs are darker: each of these is four times as many. */
const STEPS = [1, 4, 16, 64, 256] as const;
const OPACITY = [0.25, 0.4, 0.6, 0.8, 1] as const;

/** The one score against the other, as squares with counts: a million pairs are as quick to draw as a hundred. */
export function Scatter({ title, first, second, field, threshold }: Props) {
  const x = xOf(FRAME, threshold);
  const y = yOf(FRAME, threshold);
  return (
    <svg role="img" aria-label={title} viewBox="0 0 590 432">
      <UpAxis frame={FRAME} label={`score by ${second}`} most={1} ticks={FIFTHS_OF_ONE} text={String} />
      {STEPS.map((least, step) => (
        <path class="cell" fill-opacity={OPACITY[step]} d={squaresOf(field, least, STEPS[step + 1])} />
      ))}
      <path class="axis" d={`M${FRAME.left} ${FRAME.bottom}L${FRAME.right} ${FRAME.top}`} />
      <path class="threshold" d={`M${x} ${FRAME.top}V${FRAME.bottom}M${FRAME.left} ${y}H${FRAME.right}`} />
      <ScoreAxis frame={FRAME} label={`score by ${first}`} />
      <text class="label" x={458} y={22}>
        pairs in a square
      </text>
      {STEPS.map((least, step) => (
        <>
          <rect class="cell" fill-opacity={OPACITY[step]} x={458} y={32 + 20 * step} width={14} height={14} />
          <text x={480} y={43 + 20 * step}>
            {rangeOf(least, STEPS[step + 1])}
          </text>
        </>
      ))}
    </svg>
  );
}

/** All squares with so many pairs, as one path. */
function squaresOf(field: Props['field'], least: number, below: number | undefined): string {
  const side = (FRAME.right - FRAME.left) / field.length;
  const squares = field.flatMap((row, column) =>
    row.map((pairs, up) => {
      if (pairs < least || pairs >= (below ?? Number.POSITIVE_INFINITY)) return '';
      const left = Math.round((FRAME.left + column * side) * 10) / 10;
      const bottom = Math.round((FRAME.bottom - up * side) * 10) / 10;
      return `M${left} ${bottom}h${side}v${-side}h${-side}z`;
    }),
  );
  return squares.join('');
}

function rangeOf(least: number, below: number | undefined): string {
  if (below === undefined) return `${least} and more`;
  return below - 1 === least ? `${least}` : `${least} to ${below - 1}`;
}
