import { roundAbove, ScoreAxis, type ScoreFrame, UpAxis, xOf, yOf } from './unit-axes.js';

/** How scores are spread over the same bins. */
export interface Spread {
  readonly name: string;
  /** Of each bin; they need not add up to 1. */
  readonly counts: readonly number[];
}

interface Props {
  /** Names the picture for who cannot see it. */
  readonly title: string;
  /** One more than there are bins. */
  readonly edges: readonly number[];
  /** Drawn as bars. */
  readonly bars: Spread;
  /** Drawn as a line over them. */
  readonly line: Spread | undefined;
  readonly threshold: number | undefined;
}

const FRAME: ScoreFrame = { left: 58, right: 470, top: 26, bottom: 210 };

/** How scores are spread, as shares; another spread beside them as a line. */
export function Histogram({ title, edges, bars, line, threshold }: Props) {
  const shares = sharesOf(bars.counts);
  const others = line && sharesOf(line.counts);
  const most = roundAbove(Math.max(...shares, ...(others ?? [])));
  return (
    <svg role="img" aria-label={title} viewBox="0 0 480 250">
      <UpAxis frame={FRAME} label="share of scores" most={most} ticks={[0, most / 2, most]} text={percent} />
      {shares.map((share, bin) => (
        <Bar {...{ edges, bin, share, most }} tip={tipOf(edges, bin, bars, shares, line, others)} />
      ))}
      {others && <path class="bar-other" d={stepsOf(edges, others, most)} />}
      {threshold !== undefined && (
        <path class="threshold" d={`M${xOf(FRAME, threshold)} ${FRAME.top}V${FRAME.bottom}`} />
      )}
      <ScoreAxis frame={FRAME} label="score" />
      <Key {...{ bars, line }} />
    </svg>
  );
}

interface BarProps {
  readonly edges: readonly number[];
  readonly bin: number;
  readonly share: number;
  readonly most: number;
  readonly tip: string;
}

function Bar({ edges, bin, share, most, tip }: BarProps) {
  const [left, right] = [xOf(FRAME, edges[bin] as number), xOf(FRAME, edges[bin + 1] as number)];
  const top = yOf(FRAME, share, most);
  return (
    <rect
      class="bar"
      x={left + 1}
      y={top}
      width={Math.max(right - left - 2, 0.5)}
      height={FRAME.bottom - top}
      data-tip={tip}
    />
  );
}

/** What is drawn how, above the frame. */
function Key({ bars, line }: Pick<Props, 'bars' | 'line'>) {
  return (
    <g>
      <rect class="bar" x={FRAME.left} y={8} width={14} height={9} />
      <text class="label" x={FRAME.left + 20} y={17}>
        {bars.name}
      </text>
      {line && (
        <>
          <path class="bar-other" d={`M${MIDDLE} 13h14`} />
          <text class="label" x={MIDDLE + 20} y={17}>
            {line.name}
          </text>
        </>
      )}
    </g>
  );
}

const MIDDLE = 250;

function stepsOf(edges: readonly number[], shares: readonly number[], most: number): string {
  const steps = shares.map((share, bin) => `V${yOf(FRAME, share, most)}H${xOf(FRAME, edges[bin + 1] as number)}`);
  return `M${xOf(FRAME, edges[0] as number)} ${FRAME.bottom}${steps.join('')}V${FRAME.bottom}`;
}

function tipOf(
  edges: readonly number[],
  bin: number,
  bars: Spread,
  shares: readonly number[],
  line: Spread | undefined,
  others: readonly number[] | undefined,
): string {
  const tip = `${edges[bin]} to ${edges[bin + 1]}: ${bars.name} ${percent(shares[bin] as number)}`;
  return line && others ? `${tip}, ${line.name} ${percent(others[bin] as number)}` : tip;
}

/** @returns all 0 for counts that are all 0 */
function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total > 0 ? count / total : 0));
}

export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}

const SMALL: ScoreFrame = { left: 0, right: 120, top: 1, bottom: 23 };

/** The same without words, for a row of a table that has them. */
export function SmallHistogram({ edges, counts }: { edges: readonly number[]; counts: readonly number[] }) {
  const most = Math.max(...counts, 1);
  const bars = counts.map((count, bin) => {
    const [left, right] = [xOf(SMALL, edges[bin] as number), xOf(SMALL, edges[bin + 1] as number)];
    return `M${left} ${SMALL.bottom}V${yOf(SMALL, count, most)}H${Math.max(right - 1, left + 0.5)}V${SMALL.bottom}z`;
  });
  return (
    <svg class="small" aria-hidden="true" viewBox="0 0 120 24" width="120" height="24">
      <path class="bar" d={bars.join('')} />
    </svg>
  );
}
