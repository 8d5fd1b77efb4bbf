import { linkWith } from '../../layout/parts.js';
import { Wide } from '../../layout/wide.js';
import type { View } from '../../plot/light-curve/photometry.js';
import { LightCurve } from '../../plot/light-curve/plot.js';
import { type Values, valuesOf } from '../../plot/light-curve/values.js';
import { type Domain, domainOf } from '../../plot/scale.js';
import { type ScoreMark, Scores } from '../../plot/scores.js';
import type { LightCurveAnswer, ObjectAnswer, ScoreAnswer } from './answer.js';
import { Controls } from './controls.js';
import { type ObjectParams, viewOf } from './view.js';

interface Props {
  readonly data: ObjectAnswer;
  readonly params: ObjectParams;
  readonly url: URL;
}

/** The light curve, and below it the scores of each VRA at the same times. */
export function LightCurveFigure({ data, params, url }: Props) {
  const { lightCurve, scores, vras } = data;
  const view = viewOf(params);
  const values = valuesOf(lightCurve.points, view);
  const ofSource = new Map(lightCurve.points.map(({ id, midpointMjdTai }) => [id, midpointMjdTai]));
  const timed = scores.flatMap((each) => markOf(each, timeOf(each, ofSource), view) ?? []);
  const times = timesOf(values, timed, view);
  const scored = [...new Set(timed.map(({ vra }) => vra))];
  return (
    <>
      {lightCurve.missing !== null && <p class="message warn">Of its light curve: {lightCurve.missing}.</p>}
      {lightCurve.points.length > 0 && <Controls view={view} url={url} points={lightCurve.points} />}
      {times !== undefined && (
        <figure class="plot" data-live="plots">
          <Wide label="Light curve and scores against time">
            {lightCurve.points.length > 0 && <LightCurve values={values} view={view} times={times} />}
            {scored.map((vra, place) => (
              <Scores
                vra={vra}
                place={place}
                scores={timed.filter((each) => each.vra === vra).map(({ mark }) => mark)}
                lowest={vras.find((each) => each.vra === vra)?.lowestScore ?? null}
                times={times}
              />
            ))}
          </Wide>
          <figcaption>
            {[...notesOf(values, view, lightCurve), ...untimed(scores, ofSource)].map((note) => (
              <p class="note">{note}</p>
            ))}
          </figcaption>
        </figure>
      )}
      {values.shown.length === 0 && lightCurve.points.length > 0 && (
        <p class="none">
          Nothing of the light curve is shown with these choices. <a href={url.pathname}>Show all of it</a>
        </p>
      )}
      {values.shown.length > 0 && (view.from !== null || view.to !== null) && (
        <p>
          <a href={linkWith(url, { from: undefined, to: undefined })}>Show all times</a>
        </p>
      )}
    </>
  );
}

interface Timed {
  readonly vra: string;
  readonly mark: ScoreMark;
}

/** Fates of what Lasair has got. */
const SENT = ['accepted', 'sent'];

/** When its source was observed; of those that only the Python pipeline has seen, as their alert says. */
function timeOf({ midpointMjdTai, diaSourceId }: ScoreAnswer, ofSource: ReadonlyMap<string | null, number>): unknown {
  return midpointMjdTai ?? (diaSourceId === null ? undefined : ofSource.get(diaSourceId));
}

/** Undefined for a score without a number or a time, and for one outside the chosen times. */
function markOf(each: ScoreAnswer, at: unknown, { from, to }: View): Timed | undefined {
  const { score, modelVersion, fate, isCurrent, vra, stem } = each;
  if (typeof at !== 'number' || typeof score !== 'number') return undefined;
  if ((from !== null && at < from) || (to !== null && at > to)) return undefined;
  const version = modelVersion ?? 'unknown';
  const words = `${vra} ${version}: ${score.toFixed(4)}; MJD ${at.toFixed(5)}; ${stem}; ${fate.replaceAll('_', ' ')}`;
  return {
    vra,
    mark: { midpointMjdTai: at, score, version, isSent: SENT.includes(fate), isCurrent, words },
  };
}

/** A twentieth of a day on both sides at least: one point has a place too. */
const LEAST_DAYS = 0.1;

function timesOf({ shown }: Values, timed: readonly Timed[], { from, to }: View): Domain | undefined {
  const all = [
    ...shown.map(({ point }) => point.midpointMjdTai),
    ...timed.map(({ mark }) => mark.midpointMjdTai),
    ...(from === null ? [] : [from]),
    ...(to === null ? [] : [to]),
  ];
  const found = domainOf(all, 0.02, LEAST_DAYS);
  if (found === undefined || shown.length + timed.length === 0) return undefined;
  const [first, last] = found;
  return from !== null && to !== null && from < to ? [from, to] : [from ?? first, to ?? last];
}

function notesOf(
  { shown, leftOut }: Values,
  { isNightly, unit, snr, measure }: View,
  { points }: LightCurveAnswer,
): string[] {
  const has = (kind: string) => points.some((point) => point.kind === kind);
  return [
    ...[...leftOut].map(([why, count]) => `Not drawn: ${count} ${count === 1 ? 'point' : 'points'} ${why}.`),
    isNightly ? 'One point for each night, band and kind: the mean weighted with 1/error².' : '',
    unit === 'mag' ? `A flux below ${snr} times its error is drawn as a limit, at ${snr} times its error.` : '',
    shown.some(({ as }) => as === 'unusable') ? 'Crosses cannot be used; the table says why.' : '',
    has('forced') ? '' : 'Its alerts carry no forced photometry.',
    has('limit') || measure !== 'difference'
      ? ''
      : 'Its alerts carry no limits of non-detections, as those of Rubin do not: what is known between detections is forced photometry.',
  ].filter((note) => note !== '');
}

function untimed(scores: readonly ScoreAnswer[], ofSource: ReadonlyMap<string | null, number>): string[] {
  const count = scores.filter((each) => typeof timeOf(each, ofSource) !== 'number').length;
  if (count === 0) return [];
  return [
    `Not drawn: ${count} ${count === 1 ? 'score' : 'scores'} of sources whose time nothing tells; the data has them.`,
  ];
}
