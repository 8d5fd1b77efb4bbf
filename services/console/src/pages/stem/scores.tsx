import { Count, Measure, ObjectLink, Things, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import { Histogram } from '../../plot/histogram.js';
import type { StemData } from './answer.js';

/** How its scores are spread, what became of them at Lasair, and the highest. */
export function Scores({ data }: { data: StemData }) {
  const { scores, spreads, best } = data;
  if (scores.length === 0) return null;
  return (
    <section aria-labelledby="scores">
      <h2 id="scores">Scores</h2>
      <ul>
        {scores.map(({ model, version, scores, outcomes }) => (
          <li>
            <Count of={scores} /> by {model} {version}; at Lasair: {inWords(outcomes)}
          </li>
        ))}
      </ul>
      {spreads.map((spread) => (
        <Spread of={spread} />
      ))}
      <Wide label="The highest scores">
        <table>
          <caption>The {best.length === 1 ? 'highest score' : `${best.length} highest scores`}</caption>
          <TableHead of={[['score', 'number'], 'object', ['source', 'extra'], 'model', 'at Lasair']} />
          <tbody>
            {best.map((row) => (
              <BestRow row={row} />
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

function Spread({ of: { vra, modelVersion, scores, counts } }: { of: StemData['spreads'][number] }) {
  const name = [vra, modelVersion].filter((word) => word !== null).join(' ');
  const edges = Array.from({ length: counts.length + 1 }, (_, edge) => edge / counts.length);
  return (
    <figure class="plot narrow">
      <Histogram
        {...{ title: `How the scores of ${name} are spread`, edges, line: undefined, threshold: undefined }}
        bars={{ name, counts }}
      />
      <figcaption>
        <Things of={scores} name="score" /> of {name}.
      </figcaption>
    </figure>
  );
}

function BestRow({ row }: { row: StemData['best'][number] }) {
  const { score, diaObjectId, diaSourceId, vra, modelVersion, outcome } = row;
  return (
    <tr data-key={`${diaSourceId} ${vra} ${modelVersion}`}>
      <td class="number">
        <Measure of={score} digits={4} />
      </td>
      <th scope="row">{diaObjectId === null ? <Unknown /> : <ObjectLink id={diaObjectId} />}</th>
      <td class="id extra">{diaSourceId}</td>
      <td>
        {vra} {modelVersion}
      </td>
      <td>{outcome === null ? 'none yet' : spaced(outcome)}</td>
    </tr>
  );
}

function inWords(outcomes: Readonly<Record<string, number>>): string {
  return Object.entries(outcomes)
    .map(([outcome, number]) => `${spaced(outcome)} ${number}`)
    .join(', ');
}

const spaced = (outcome: string) => outcome.replaceAll('_', ' ');
