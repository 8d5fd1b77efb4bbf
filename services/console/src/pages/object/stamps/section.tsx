import { Instant, linkWith, Size, StemLink } from '../../../layout/parts.js';
import type { StampAnswer, StampsAnswer } from './answer.js';
import { Compass } from './compass.js';

/** The images of one alert side by side, and links to those of others. */
export function Stamps({ stamps, url }: { stamps: StampsAnswer; url: URL }) {
  const { diaSourceId, stem, missing, images, sources } = stamps;
  return (
    <section aria-labelledby="stamps" data-live="stamps">
      <h2 id="stamps">Stamps</h2>
      {missing !== null && <p class="none">{missing}</p>}
      {stem !== null && (
        <>
          <p>
            Of source <span class="id">{diaSourceId}</span>, in stem <StemLink stem={stem} />
          </p>
          <div class="stamps">
            {images.map((each) => (
              <Stamp stamp={each} diaSourceId={diaSourceId} />
            ))}
          </div>
          <p class="note">
            Pixels as the camera has them, the first row at the bottom, not turned: N and E show north and east where
            the file tells. Grey is linear in flux, between the limits of zscale for each image by itself; of the
            difference the same distance on both sides of 0, so lighter than mid-grey has become brighter, darker
            fainter.
          </p>
        </>
      )}
      {(sources.length > 1 || (stem === null && sources.length > 0)) && (
        <p class="choices">
          <span>Observed (UTC):</span>
          {sources.map((source) => (
            <a
              href={linkWith(url, { source: source.diaSourceId })}
              aria-current={source.diaSourceId === diaSourceId ? 'true' : undefined}
            >
              {source.observedUtc === null ? source.diaSourceId : <Instant at={source.observedUtc} withDate />}
            </a>
          ))}
        </p>
      )}
    </section>
  );
}

function Stamp({ stamp, diaSourceId }: { stamp: StampAnswer; diaSourceId: string | null }) {
  const { name, missing, picture, width, height, fits, bytes } = stamp;
  return (
    <figure class="stamp">
      {picture !== null && width !== null && height !== null && (
        <img src={picture} width={width} height={height} alt={`${name} of source ${diaSourceId}: ${sizeOf(stamp)}`} />
      )}
      <figcaption>
        <strong>{name}</strong>
        <Compass northFromUp={stamp.northFromUp} eastFromUp={stamp.eastFromUp} />
        {missing !== null && <p>No picture: {missing}.</p>}
        {width !== null && <p>{sizeOf(stamp)}</p>}
        {stamp.low !== null && stamp.high !== null && (
          <p>
            black {fluxOf(stamp.low)}, white {fluxOf(stamp.high)} {stamp.unit}
          </p>
        )}
        {fits !== null && (
          <p>
            <a href={fits}>FITS</a> (<Size bytes={bytes ?? 0} />)
          </p>
        )}
      </figcaption>
    </figure>
  );
}

function sizeOf({ width, height, arcsecPerPixel }: StampAnswer): string {
  const pixels = `${width} × ${height} pixels`;
  if (width === null || height === null || arcsecPerPixel === null) return pixels;
  return `${pixels}, ${(width * arcsecPerPixel).toFixed(1)}″ × ${(height * arcsecPerPixel).toFixed(1)}″`;
}

/** Of many or few digits: units differ. */
function fluxOf(value: number): string {
  return Number(value.toPrecision(4)).toString().replace('-', '−');
}
