import { type Frame, TimeAxis, ValueAxis } from '../axes.js';
import { type Domain, dateTicks, domainOf, linearScale, rounded, type Scale } from '../scale.js';
import { BANDS, BandMark, BandShapes, colourOf } from '../symbols.js';
import type { View } from './photometry.js';
import type { Shown, Values } from './values.js';
import { axisLabelOf, curveInWords, pointInWords } from './words.js';

export const WIDTH = 860;
const HEIGHT = 380;
export const SIDES = { left: 62, right: 846 } as const;
const FRAME: Frame = { ...SIDES, top: 52, bottom: 338 };
/** Below its mark. */
const ARROW = 'M0 4V14M-3.5 10L0 14L3.5 10';
const CROSS = 'M-4 -4L4 4M-4 4L4 -4';
/** What is drawn last is on top. */
const LAYERS = ['unusable', 'limit', 'forced', 'detection'] as const;
type Layer = (typeof LAYERS)[number];

interface Props {
  readonly values: Values;
  readonly view: View;
  /** Of the time axis, MJD TAI: that of the scores too. */
  readonly times: Domain;
}

export function LightCurve({ values, view, times }: Props) {
  const { left, right, top, bottom } = FRAME;
  const x = linearScale(times, [left, right], 8);
  const least = view.unit === 'mag' ? 0.5 : 0.1;
  const [faint, bright] = domainOf(extremesOf(values.shown), 0.06, least) ?? [0, 1];
  const y =
    view.unit === 'mag'
      ? linearScale([bright, faint], [bottom, top], 6)
      : linearScale([faint, bright], [bottom, top], 6);
  return (
    <svg
      class="light-curve"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-labelledby="light-curve-title light-curve-desc"
      data-zoom="from,to"
      data-range={`${left},${right}`}
      data-domain={times.join(',')}
    >
      <title id="light-curve-title">Light curve: {axisLabelOf(view)} against time</title>
      <desc id="light-curve-desc">{curveInWords(values, view)}</desc>
      <BandShapes />
      <Legend values={values} snr={view.snr} />
      <ValueAxis frame={FRAME} scale={y} label={axisLabelOf(view)} />
      <TimeAxis frame={FRAME} scale={x} dates={dateTicks(times, [left, right], 6)} />
      {view.unit === 'flux' && faint < 0 && bright > 0 && (
        <path class="axis" d={`M${left} ${rounded(y.at(0))}H${right}`} />
      )}
      {LAYERS.map((layer) => (
        <g>
          {values.shown
            .filter((each) => layerOf(each) === layer)
            .map((each) => (
              <Mark shown={each} layer={layer} x={x} y={y} view={view} />
            ))}
        </g>
      ))}
    </svg>
  );
}

function layerOf({ as, point }: Shown): Layer {
  if (as !== 'measured') return as;
  return point.kind === 'forced' ? 'forced' : 'detection';
}

interface MarkProps {
  readonly shown: Shown;
  readonly layer: Layer;
  readonly x: Scale;
  readonly y: Scale;
  readonly view: View;
}

function Mark({ shown, layer, x, y, view }: MarkProps) {
  const { point, value, error } = shown;
  const { top, bottom } = FRAME;
  // What cannot be used may be anywhere.
  const height = (at: number) => rounded(Math.min(Math.max(y.at(at), top), bottom));
  const [left, high] = [rounded(x.at(point.midpointMjdTai)), value === null ? bottom - 6 : height(value)];
  const tip = pointInWords(shown, view);
  return (
    <g class={colourOf(point.band)}>
      {view.hasErrors && layer !== 'limit' && value !== null && error !== null && (
        <path class="error" d={`M${left} ${height(value - error)}V${height(value + error)}`} />
      )}
      {layer === 'unusable' ? (
        <path class="unusable" transform={`translate(${left} ${high})`} d={CROSS} data-tip={tip} />
      ) : (
        <BandMark band={point.band} kind={layer} x={left} y={high} tip={tip} />
      )}
      {layer === 'limit' && <path class="limit" transform={`translate(${left} ${high})`} d={ARROW} />}
    </g>
  );
}

/** Errors far longer than the light curve is high would flatten it. */
const LONGEST_ERROR = 0.5;

function* extremesOf(shown: readonly Shown[]): Iterable<number> {
  const usable = shown.filter(({ as }) => as !== 'unusable');
  const values = (usable.length > 0 ? usable : shown).flatMap(({ value }) => value ?? []);
  const [least, greatest] = domainOf(values, 0, 0) ?? [0, 0];
  const most = usable.length > 1 ? (greatest - least) * LONGEST_ERROR : Number.POSITIVE_INFINITY;
  yield* values;
  for (const { value, error } of usable) {
    if (value === null || error === null) continue;
    yield value - Math.min(error, most);
    yield value + Math.min(error, most);
  }
}

function Legend({ values: { shown }, snr }: { values: Values; snr: number }) {
  const bands = [...BANDS.filter((band) => shown.some(({ point }) => point.band === band))];
  const layers = new Set(shown.map(layerOf));
  const kinds = [
    { layer: 'detection', text: 'detected' },
    { layer: 'forced', text: 'forced' },
    { layer: 'limit', text: `limit, S/N ${snr}` },
    { layer: 'unusable', text: 'unusable' },
  ] as const;
  return (
    <g>
      {bands.map((band, place) => (
        <g class={colourOf(band)}>
          <BandMark band={band} kind="detection" x={SIDES.left + 6 + place * 36} y={14} />
          <text class="label" x={SIDES.left + 16 + place * 36} y={18}>
            {band}
          </text>
        </g>
      ))}
      {kinds
        .filter(({ layer }) => layers.has(layer))
        .map(({ layer, text }, place) => (
          <g>
            {layer === 'unusable' ? (
              <path class="unusable" transform={`translate(${SIDES.left + 300 + place * 100} 14)`} d={CROSS} />
            ) : (
              <BandMark band="u" kind={layer} x={SIDES.left + 300 + place * 100} y={layer === 'limit' ? 9 : 14} />
            )}
            {layer === 'limit' && (
              <path class="limit" transform={`translate(${SIDES.left + 300 + place * 100} 9)`} d={ARROW} />
            )}
            <text class="label" x={SIDES.left + 312 + place * 100} y={18}>
              {text}
            </text>
          </g>
        ))}
    </g>
  );
}
