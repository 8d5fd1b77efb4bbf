import { utcMsOf } from '@lvra/core';
import { Instant, Measure, StemLink, Unknown } from '../../layout/parts.js';
import type { PageProps } from '../../routes/resource.js';
import { PhotometryTable } from '../photometry/table.js';
import type { OBJECT, ObjectAnswer } from './answer.js';
import { FeatureList } from './feature-list.js';
import { LightCurveFigure } from './figure.js';
import { Labels } from './labels.js';
import { sexagesimal } from './place/position.js';
import { ScoreTable } from './score-table.js';
import { Stamps } from './stamps/section.js';
import { FlagTable, ReportTable } from './tables.js';
import type { OBJECT_PARAMS } from './view.js';
import { Why } from './why/section.js';

/** So many rows of photometry fit the weight of a page beside the rest. */
const MOST_EPOCHS = 100;

export function ObjectPage({ data, params, context }: PageProps<typeof OBJECT_PARAMS, typeof OBJECT>) {
  const { diaObjectId, lightCurve } = data;
  return (
    <>
      <h1>
        <span class="id">{diaObjectId}</span>
      </h1>
      <About data={data} />
      <section aria-labelledby="light-curve">
        <h2 id="light-curve">Light curve and scores</h2>
        <LightCurveFigure data={data} params={params} url={context.url} />
      </section>
      <Stamps stamps={data.stamps} url={context.url} />
      <section aria-labelledby="at-lasair" data-live="at-lasair">
        <h2 id="at-lasair">At Lasair now</h2>
        <AtLasair scores={data.scores} vras={data.vras} />
      </section>
      <Labels data={data} context={context} />
      <section aria-labelledby="scores" data-live="scores">
        <h2 id="scores">Scores</h2>
        {data.unscored.map((why) => (
          <p class="message warn">
            No score of {data.lastStem}. {why}
          </p>
        ))}
        <ScoreTable scores={data.scores} url={context.url} explained={data.explained?.provenanceId} />
      </section>
      <Why explained={data.explained} />
      {data.flags.length > 0 && (
        <section aria-labelledby="flags">
          <h2 id="flags">Brighter than</h2>
          <FlagTable flags={data.flags} />
        </section>
      )}
      <section aria-labelledby="tns">
        <h2 id="tns">Reports to TNS</h2>
        <ReportTable reports={data.tns} />
      </section>
      {data.features.map((each) => (
        <FeatureList features={each} isOnlySet={data.features.length === 1} />
      ))}
      <section aria-labelledby="photometry">
        <h2 id="photometry">Photometry</h2>
        <Downloads diaObjectId={diaObjectId} />
        <PhotometryTable
          diaObjectId={diaObjectId}
          points={lightCurve.points.slice(-MOST_EPOCHS).reverse()}
          all={lightCurve.points.length}
        />
      </section>
    </>
  );
}

function About({ data }: { data: ObjectAnswer }) {
  const { lightCurve, lastStem, links } = data;
  const { ra, decl, ebv, firstDiaSourceMjdTai, points } = lightCurve;
  const last = points.findLast(({ kind }) => kind === 'detection');
  return (
    <>
      <dl class="pairs">
        <dt>Position (ICRS)</dt>
        <dd>{ra === null || decl === null ? <Unknown /> : <Position ra={ra} decl={decl} />}</dd>
        <dt>E(B−V)</dt>
        <dd>
          <Measure of={ebv} digits={3} />
        </dd>
        <dt>At TNS</dt>
        <dd>{data.tnsName ?? 'no name that its alerts or our reports tell of'}</dd>
        <dt>First source</dt>
        <dd>
          <Mjd at={firstDiaSourceMjdTai} />
        </dd>
        <dt>Last detection</dt>
        <dd>
          <Mjd at={last?.midpointMjdTai ?? null} />
        </dd>
        <dt>Last in stem</dt>
        <dd>{lastStem === null ? <Unknown /> : <StemLink stem={lastStem} />}</dd>
      </dl>
      <nav aria-label="Elsewhere">
        <p>
          <button type="button" hidden data-copy={data.diaObjectId}>
            copy the id
          </button>{' '}
          {links.map(({ name, href }, place) => (
            <>
              {place > 0 && ' · '}
              <a class="out" rel="noreferrer" href={href} data-lasair={name === 'Lasair' ? '' : undefined}>
                {name}
              </a>
            </>
          ))}
        </p>
      </nav>
    </>
  );
}

function Position({ ra, decl }: { ra: number; decl: number }) {
  const text = sexagesimal(ra, decl);
  const degrees = `${ra.toFixed(7)} ${decl.toFixed(7)}`;
  return (
    <>
      <span class="id">
        {text.ra} {text.decl}
      </span>{' '}
      (<span class="id">{degrees}</span>°){' '}
      <button type="button" hidden data-copy={degrees}>
        copy
      </button>
    </>
  );
}

function Mjd({ at }: { at: number | null }) {
  if (at === null) return <Unknown />;
  return (
    <>
      <Instant at={new Date(Math.round(utcMsOf(at))).toISOString()} withDate /> UTC (MJD {at.toFixed(5)})
    </>
  );
}

function AtLasair({ scores, vras }: Pick<ObjectAnswer, 'scores' | 'vras'>) {
  const current = scores.filter(({ isCurrent }) => isCurrent);
  if (current.length === 0) {
    return <p class="none">As far as we know Lasair shows no score of it: none of ours has been accepted.</p>;
  }
  return (
    <>
      {current.map(({ vra, modelVersion, score, fate, fateAt, diaSourceId, provenanceId }) => (
        <p>
          <strong>
            <Measure of={score} digits={4} />
          </strong>{' '}
          as {vras.find((each) => each.vra === vra)?.topic ?? vra} {modelVersion}, {fate.replaceAll('_', ' ')}{' '}
          <Instant at={fateAt} withDate /> UTC, of source <span class="id">{diaSourceId ?? 'unknown'}</span>, provenance{' '}
          <span class="id">{provenanceId}</span>
        </p>
      ))}
      <p class="note">
        What we believe that it holds: what it accepted last of us. Only Lasair itself can say; its link above asks it.
      </p>
    </>
  );
}

const FILES = [
  ['csv', 'CSV'],
  ['votable', 'VOTable'],
  ['parquet', 'Parquet'],
  ['ndjson', 'lines of JSON'],
] as const;

function Downloads({ diaObjectId }: { diaObjectId: string }) {
  const data = `/api/v1/objects/${encodeURIComponent(diaObjectId)}`;
  return (
    <p>
      Light curve as{' '}
      {FILES.map(([format, name]) => (
        <>
          <a href={`${data}/light-curve?format=${format}`}>{name}</a>,{' '}
        </>
      ))}
      <a href={`${data}/light-curve`}>JSON</a>; all of this page as <a href={data}>JSON</a>. Fluxes there are in nJy.
    </p>
  );
}
