import { thing } from '../layout/parts.js';
import { type Frame, TimeAxis, ValueAxis } from './axes.js';
import { SIDES, WIDTH } from './light-curve/plot.js';
import { type Domain, linearScale, rounded } from './scale.js';
import { SeriesMark } from './symbols.js';

const HEIGHT = 190;
const FRAME: Frame = { ...SIDES, top: 30, bottom: 148 };

/** One score of an object, as it is drawn. */
export interface ScoreMark {
  readonly midpointMjdTai: number;
  readonly score: number;
  readonly version: string;
  /** Whether Lasair took it, now or before. */
  readonly isSent: boolean;
  /** Whether it is what Lasair shows. */
  readonly isCurrent: boolean;
  /** All of it, in a line. */
  readonly words: string;
}

interface Props {
  readonly vra: string;
  /** Among those of the page, from 0. */
  readonly place: number;
  readonly scores: readonly ScoreMark[];
  /** Below it a score is not sent. */
  readonly lowest: number | null;
  /** Of the time axis, MJD TAI: that of the light curve too. */
  readonly times: Domain;
}

/** The scores of one VRA against the time of their sources: a shape for each version, hollow if Lasair has not got it. */
export function Scores({ vra, place, scores, lowest, times }: Props) {
  const { left, right, top, bottom } = FRAME;
  const x = linearScale(times, [left, right], 8);
  const y = linearScale([0, 1], [bottom - 6, top + 6], 5);
  const versions = [...new Set(scores.map(({ version }) => version))];
  // A letter is 7 wide, and a mark with what is around it 36.
  const before = (series: number) => versions.slice(0, series).reduce((x, { length }) => x + 36 + length * 7, 0);
  const [title, desc] = [`scores-${place}-title`, `scores-${place}-desc`];
  return (
    <svg
      class="scores"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-labelledby={`${title} ${desc}`}
      data-zoom="from,to"
      data-range={`${left},${right}`}
      data-domain={times.join(',')}
    >
      <title id={title}>{`Scores of ${vra} against time`}</title>
      <desc id={desc}>{inWords(scores, versions)}</desc>
      <ValueAxis frame={FRAME} scale={y} label={`score of ${vra}`} />
      <TimeAxis frame={FRAME} scale={x} />
      {lowest !== null && (
        <g>
          <path class="threshold" d={`M${left} ${rounded(y.at(lowest))}H${right}`} />
          <text x={right - 4} y={rounded(y.at(lowest)) - 3} text-anchor="end">
            {`LOWEST_SCORE ${lowest}`}
          </text>
        </g>
      )}
      {versions.map((version, series) => (
        <g class={`series-${(series % 6) + 1}`}>
          <SeriesMark series={series} kind="detection" x={left + 6 + before(series)} y={14} />
          <text class="label" x={left + 16 + before(series)} y={18}>
            {version}
          </text>
        </g>
      ))}
      <text class="label" x={right} y={18} text-anchor="end">
        hollow: not at Lasair; ring: what it shows now
      </text>
      {scores.map(({ midpointMjdTai, score, version, isSent, isCurrent, words }) => {
        const series = versions.indexOf(version);
        const [across, up] = [rounded(x.at(midpointMjdTai)), rounded(y.at(score))];
        return (
          <g class={`series-${(series % 6) + 1}`}>
            <SeriesMark series={series} kind={isSent ? 'detection' : 'forced'} x={across} y={up} tip={words} />
            {isCurrent && <circle class="axis" cx={across} cy={up} r={8} />}
          </g>
        );
      })}
    </svg>
  );
}

function inWords(scores: readonly ScoreMark[], versions: readonly string[]): string {
  const values = scores.map(({ score }) => score);
  const current = scores.find(({ isCurrent }) => isCurrent);
  return (
    `${scores.length} ${thing(scores.length, 'score')} of ${thing(versions.length, 'version')} ${versions.join(', ')}, from ` +
    `${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)}. ${current ? `Lasair shows ${current.score.toFixed(4)}.` : 'Lasair shows none of them, as far as we know.'}`
  );
}
