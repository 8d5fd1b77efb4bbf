import { ActionLink } from '../../layout/action-link.js';
import type { PageContext } from '../../layout/context.js';
import { Instant } from '../../layout/parts.js';
import type { ObjectAnswer } from './answer.js';

interface Props {
  readonly data: Pick<ObjectAnswer, 'diaObjectId' | 'labels' | 'possibleLabels'>;
  readonly context: PageContext;
}

/** What people say that the object is; where actions are on, links that label it. */
export function Labels({ data: { diaObjectId, labels, possibleLabels }, context }: Props) {
  if (labels.length === 0 && !context.hasActions) return null;
  return (
    <section aria-labelledby="labels" data-live="labels">
      <h2 id="labels">Labels</h2>
      {labels.length === 0 ? (
        <p class="none">Nobody has labelled it.</p>
      ) : (
        <ul>
          {labels.map(({ label, who, at }, place) => (
            <li>
              {place === 0 ? <strong>{label}</strong> : label}, by {who}, <Instant at={at} withDate /> UTC
              {place > 0 && ' (no longer counts)'}
            </li>
          ))}
        </ul>
      )}
      {context.hasActions && (
        <p class="choices">
          {possibleLabels.map((label) => (
            <ActionLink context={context} name="label" of={{ object: diaObjectId, label }}>
              {label}
            </ActionLink>
          ))}
          {labels.length > 0 && (
            <ActionLink context={context} name="label" of={{ object: diaObjectId, label: '' }}>
              take mine back
            </ActionLink>
          )}
        </p>
      )}
    </section>
  );
}
