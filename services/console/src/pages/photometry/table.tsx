import { magnitudeOf } from '@lvra/alerts';
import { Measure } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { microJanskyOf, type Point } from '../../plot/light-curve/photometry.js';
import { utcText } from '../../plot/light-curve/words.js';

interface Props {
  readonly diaObjectId: string;
  /** Newest first. */
  readonly points: readonly Point[];
  /** How many there are, those that are not in `points` too. */
  readonly all: number;
}

export function PhotometryTable({ diaObjectId, points, all }: Props) {
  if (all === 0) return <p class="none">There is no photometry.</p>;
  const caption = `${points.length === all ? all : `${points.length} of ${all}`} points, newest first; fluxes in µJy`;
  return (
    <>
      <Wide label={caption}>
        <table>
          <caption>{caption}</caption>
          <TableHead
            of={[
              ['UTC', 'number extra'],
              ['MJD (TAI)', 'number'],
              'band',
              'kind',
              ['difference', 'number'],
              ['error', 'number'],
              ['S/N', 'number'],
              ['AB mag', 'number'],
              ['science', 'number extra'],
              ['template', 'number extra'],
              ['reliability', 'number extra'],
              ['id', 'extra'],
              'remark',
            ]}
          />
          <tbody>
            {points.map((point) => (
              <Row point={point} />
            ))}
          </tbody>
        </table>
      </Wide>
      {points.length < all && (
        <p>
          <a href={`/objects/${encodeURIComponent(diaObjectId)}/light-curve`}>All {all} points</a>
        </p>
      )}
    </>
  );
}

function Row({ point }: { point: Point }) {
  const { kind, psfFlux, psfFluxErr, snr, unusable, isNegative } = point;
  const hasFlux = kind !== 'limit' && psfFlux !== null;
  const remarks = [unusable ?? '', isNegative ? 'negative' : ''].filter((remark) => remark !== '');
  return (
    <tr>
      <td class="number extra">{utcText(point.midpointMjdTai).slice(0, 19)}</td>
      <td class="number">{point.midpointMjdTai.toFixed(5)}</td>
      <td>{point.band ?? '?'}</td>
      <td>{kind}</td>
      <Flux of={hasFlux ? psfFlux : null} />
      <Flux of={psfFluxErr} />
      <td class="number">
        <Measure of={snr} digits={1} />
      </td>
      <td class="number">
        <Measure of={hasFlux && psfFlux > 0 ? magnitudeOf(psfFlux) : null} digits={3} />
      </td>
      <Flux of={point.scienceFlux} extra />
      <Flux of={point.templateFlux} extra />
      <td class="number extra">
        <Measure of={point.reliability} digits={3} />
      </td>
      <td class="extra">
        <span class="id">{point.id}</span>
      </td>
      <td>{remarks.join('; ')}</td>
    </tr>
  );
}

function Flux({ of, extra = false }: { of: number | null; extra?: boolean }) {
  return (
    <td class={extra ? 'number extra' : 'number'}>
      <Measure of={of === null ? null : microJanskyOf(of)} digits={3} />
    </td>
  );
}
