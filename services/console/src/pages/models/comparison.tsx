import { Count, Measure, ObjectLink, StemLink, Things, thing } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { Histogram } from '../../plot/histogram.js';
import { Scatter } from '../../plot/scatter.js';
import type { ComparisonData, ModelData } from './answers.js';
import { nightsOf } from './parts.js';

interface Asked {
  readonly against?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly threshold?: number | undefined;
}

/** What is to be compared: everything is in the address. */
export function ComparisonForm({ data, params }: { data: ModelData; params: Asked }) {
  const { vra, version, others, lowestScore } = data;
  const named = others.map((each) => (each.vra === vra ? each.version : `${each.vra}:${each.version}`));
  const { against = '', from = '', to = '', threshold = '' } = params;
  const choices = against === '' || named.includes(against) ? named : [against, ...named];
  if (choices.length === 0) {
    return (
      <p class="none">
        No other version has scored. One that scores beside this one, or past nights, is a VRA with{' '}
        <code>ANNOTATE: no</code> and <code>lvra backfill</code>.
      </p>
    );
  }
  return (
    <form class="filters" method="get" action={`/models/${encodeURIComponent(vra)}#compare`}>
      <input type="hidden" name="version" value={version} />
      <label>
        Compare with{' '}
        <select name="against">
          {choices.map((choice) => (
            <option value={choice} selected={choice === against}>
              {choice}
            </option>
          ))}
        </select>
      </label>
      <label>
        from (UTC date) <input name="from" value={from} size={8} inputmode="numeric" placeholder="YYYYMMDD" />
      </label>
      <label>
        to (UTC date) <input name="to" value={to} size={8} inputmode="numeric" placeholder="YYYYMMDD" />
      </label>
      <label>
        threshold{' '}
        <input name="threshold" value={threshold} size={4} inputmode="decimal" placeholder={`${lowestScore ?? 0.5}`} />
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}

export function ComparisonPart({ comparison }: { comparison: ComparisonData }) {
  const { from, to, threshold, why, scores } = comparison;
  if (scores === null || from === null) return <p class="message warn">{why}</p>;
  const [first, second] = [labelOf(comparison.first), labelOf(comparison.second)];
  const { pairs, objects, onlyFirst, onlySecond, crossings, since, isLimited, histograms } = scores;
  const edges = histograms[0].map((_, bin, { length }) => bin / length);
  return (
    <>
      <p>
        {`${first} and ${second}, `}
        {from === to ? 'UTC date ' : 'UTC dates '}
        {nightsOf(from, to)}: <Things of={pairs} name="score" /> of <Things of={objects} name="object" />.{' '}
        {isLimited && (
          <>
            Only the newest are compared, back to <StemLink stem={since} />; all of them:{' '}
            <code>{commandOf(comparison)}</code>
          </>
        )}
      </p>
      <dl class="facts">
        <Fact name={`objects that cross ${threshold}`}>
          <Count of={crossings.up + crossings.down} />
        </Fact>
        <Fact name="up">
          <Count of={crossings.up} />
        </Fact>
        <Fact name="down">
          <Count of={crossings.down} />
        </Fact>
        <Fact name="mean difference">
          <Measure of={scores.meanDifference} digits={4} />
        </Fact>
        <Fact name="mean without sign">
          <Measure of={scores.meanAbsoluteDifference} digits={4} />
        </Fact>
        <Fact name={`only of ${first}`}>
          <Count of={onlyFirst} />
        </Fact>
        <Fact name={`only of ${second}`}>
          <Count of={onlySecond} />
        </Fact>
      </dl>
      <div class="plots">
        <figure class="plot narrow">
          <Scatter
            title={`Scores of ${second} against those of ${first}`}
            {...{ first, second, threshold }}
            field={scores.field}
          />
          <figcaption>
            Each square holds the pairs of scores in 1/{scores.field.length} of either. Dashed: the threshold{' '}
            {threshold}.
          </figcaption>
        </figure>
        <figure class="plot narrow">
          <Histogram
            title={`Spread of the scores of ${first} and of ${second}`}
            edges={[...edges, 1]}
            bars={{ name: first, counts: histograms[0] }}
            line={{ name: second, counts: histograms[1] }}
            threshold={threshold}
          />
          <figcaption>The same scores, each version’s by itself.</figcaption>
        </figure>
      </div>
      <Quantiles {...{ first, second }} quantiles={scores.quantiles} />
      <Widest {...{ first, second, threshold }} objects={scores.widest} />
    </>
  );
}

function Fact({ name, children }: { name: string; children?: unknown }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

type Scores = NonNullable<ComparisonData['scores']>;

interface QuantilesProps {
  readonly first: string;
  readonly second: string;
  readonly quantiles: Scores['quantiles'];
}

function Quantiles({ first, second, quantiles }: QuantilesProps) {
  const caption = `${second} less ${first}`;
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead of={quantiles.map(({ share }) => nameOf(share))} />
        <tbody>
          <tr>
            {quantiles.map(({ difference }) => (
              <td>{signed(difference)}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </Wide>
  );
}

interface WidestProps {
  readonly first: string;
  readonly second: string;
  readonly threshold: number;
  readonly objects: Scores['widest'];
}

function Widest({ first, second, threshold, objects }: WidestProps) {
  const caption = `Where they disagree most: ${objects.length} ${thing(objects.length, 'object')}, by their newest scores`;
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead of={['object', first, second, 'difference', `crosses ${threshold}`]} />
        <tbody>
          {objects.map((object) => (
            <tr data-key={object.diaObjectId}>
              <th scope="row">
                <ObjectLink id={object.diaObjectId} />
              </th>
              <td>
                <Measure of={object.first} digits={4} />
              </td>
              <td>
                <Measure of={object.second} digits={4} />
              </td>
              <td>{signed(object.second - object.first)}</td>
              <td>{crossingOf(object, threshold)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function crossingOf({ first, second }: { first: number; second: number }, threshold: number): string {
  if (first >= threshold === second >= threshold) return 'no';
  return second > first ? '▲ up' : '▼ down';
}

function labelOf({ vra, version }: { vra: string; version: string }): string {
  return `${vra} ${version}`;
}

function nameOf(share: number): string {
  return { 0: 'least', 0.5: 'median', 1: 'greatest' }[share] ?? `${share * 100} %`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(4)}`;
}

function commandOf({ first, second, from, to, threshold }: ComparisonData): string {
  const other = second.vra === first.vra ? second.version : `${second.vra}:${second.version}`;
  return `lvra model compare ${first.vra} ${first.version} ${other} --from ${from} --to ${to} --threshold ${threshold}`;
}
