import { relative } from '../browser/relative.js';

/** How long ago something was; in the browser it ticks. @param at ISO 8601, null where nobody knows */
export function Ago({ at }: { at: string | null }) {
  if (at === null) return <span class="quiet">unknown</span>;
  return (
    <time datetime={at} data-relative="" title={at}>
      {relative((Date.now() - Date.parse(at)) / 1_000)}
    </time>
  );
}
