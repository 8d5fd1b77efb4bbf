import { StemLink, Unknown } from '../../layout/parts.js';
import type { ObjectAnswer } from './answer.js';

interface Props {
  readonly features: ObjectAnswer['features'][number];
  readonly isOnlySet: boolean;
}

/** What the models were given of the latest alert. Values are as the file has them: exact, and empty where missing. */
export function FeatureList({ features: { set, stem, missing, features }, isOnlySet }: Props) {
  const without = features.filter(({ text }) => isMissing(text)).length;
  return (
    <section aria-labelledby={`features-${set}`}>
      <h2 id={`features-${set}`}>Features of its latest alert{!isOnlySet && ` (${set})`}</h2>
      {missing !== null ? (
        <p class="none">
          {missing} (<StemLink stem={stem} />)
        </p>
      ) : (
        <details>
          <summary>
            {features.length} columns of the file of {stem}, {without} of them without a value
          </summary>
          <dl class="pairs">
            {features.map(({ name, text }) => (
              <>
                <dt>{name}</dt>
                <dd>{isMissing(text) ? <Unknown /> : text}</dd>
              </>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

/** As pandas writes it, or we. */
function isMissing(text: string): boolean {
  return text === '' || text.toLowerCase() === 'nan';
}
