import { comparedInWords } from '@lvra/operations';
import { Measure, StemLink } from '../../../layout/parts.js';
import type { ExplainedAnswer } from './answer.js';
import { FeatureTable, strongestOf } from './feature-table.js';
import { signed } from './numbers.js';

/** So many features stand there at first; all others are behind them. */
const SHOWN = 15;

/** What each feature added to a score. */
export function Why({ explained }: { explained: ExplainedAnswer | null }) {
  return (
    <section aria-labelledby="why" data-live="why">
      <h2 id="why">Why this score</h2>
      {explained === null ? <p class="none">It has no score.</p> : <Explained explained={explained} />}
    </section>
  );
}

function Explained({ explained }: { explained: ExplainedAnswer }) {
  const { vra, modelVersion, score, diaSourceId, stem, missing, features } = explained;
  const shown = features.slice(0, SHOWN);
  const rest = features.slice(SHOWN);
  const strongest = strongestOf(features);
  return (
    <>
      <p>
        <strong>
          <Measure of={score} digits={4} />
        </strong>{' '}
        by {vra} {modelVersion}, of source <span class="id">{diaSourceId ?? 'unknown'}</span> in{' '}
        <StemLink stem={stem} />
      </p>
      {missing === null ? <Sum explained={explained} /> : <p class="none">{missing}</p>}
      {missing === null && (
        <FeatureTable
          features={shown}
          rest={rest}
          strongest={strongest}
          caption={captionOf(shown.length, rest.length)}
        />
      )}
      {missing === null && rest.length > 0 && (
        <details>
          <summary>The other {rest.length} features</summary>
          <FeatureTable features={rest} rest={[]} strongest={strongest} caption={`The other ${rest.length} features`} />
        </details>
      )}
      {missing !== null && features.length > 0 && (
        <details>
          <summary>The values of its {features.length} features, and how usual they are</summary>
          <FeatureTable
            features={features}
            rest={[]}
            strongest={0}
            caption="Values, and where they lie at the import"
          />
        </details>
      )}
    </>
  );
}

function captionOf(shown: number, rest: number): string {
  return rest === 0 ? `What each of its ${shown} features added` : `The ${shown} features that added most`;
}

function Sum({ explained }: { explained: ExplainedAnswer }) {
  const { explanation, score } = explained;
  if (explanation === null) return null;
  const { unit, base, value } = explanation;
  return (
    <>
      <p>
        On average the model gives <span class="number">{signed(base)}</span>, its features add{' '}
        <span class="number">{signed(value - base)}</span>, which makes <span class="number">{signed(value)}</span>{' '}
        {unit === 'log-odds' ? 'in log-odds: a score of ' : 'as a probability: the score '}
        <Measure of={score} digits={4} />.
      </p>
      <p class="note">
        Compared with {comparedInWords(explained)}. What was added are exact Shapley values: they say what pushed the
        model, not what the object is, and features that go together share what they add. Quantiles: where a value lies
        among those of the import, a range where many are the same.
      </p>
    </>
  );
}
