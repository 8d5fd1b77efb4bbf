import { linkWith, ObjectLink } from '../../layout/parts.js';
import type { PageProps } from '../../routes/resource.js';
import type { LIGHT_CURVE } from '../object/answer.js';
import type { LIGHT_CURVE_PARAMS } from './params.js';
import { PhotometryTable } from './table.js';

const ROWS = 300;

/** Every point of a light curve, for who wants or needs the numbers. */
export function PhotometryPage({ data, params, context }: PageProps<typeof LIGHT_CURVE_PARAMS, typeof LIGHT_CURVE>) {
  const { diaObjectId, points, missing } = data;
  const pages = Math.max(Math.ceil(points.length / ROWS), 1);
  const page = Math.min(params.page ?? 1, pages);
  const shown = points.toReversed().slice((page - 1) * ROWS, page * ROWS);
  return (
    <>
      <h1>
        Photometry of <ObjectLink id={diaObjectId} />
      </h1>
      {missing !== null && <p class="message warn">Of its light curve: {missing}.</p>}
      <PhotometryTable diaObjectId={diaObjectId} points={shown} all={points.length} />
      {pages > 1 && (
        <nav class="pages" aria-label="Pages of the table">
          {Array.from({ length: pages }, (_, index) => (
            <a
              href={linkWith(context.url, { page: index === 0 ? undefined : String(index + 1) })}
              aria-current={index + 1 === page ? 'page' : undefined}
            >
              {index + 1}
            </a>
          ))}
        </nav>
      )}
    </>
  );
}
