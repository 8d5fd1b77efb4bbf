import type { CandidatesProps } from './answer.js';

/** Where a VRA has no lowest score to annotate. */
const MIDDLE = 0.5;
const AROUND = 0.05;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Questions that are asked again and again; all are of the newest night. */
export function Presets({ data, params }: CandidatesProps) {
  const { vra, vras, lowestScore } = data;
  const threshold = lowestScore ?? MIDDLE;
  const against = vras.find((each) => each !== vra) ?? 'versions';
  // Without script it means the last day; with it the end of the last visit.
  const yesterday = new Date(Math.floor((Date.now() - DAY_MS) / HOUR_MS) * HOUR_MS).toISOString();
  const links: readonly (readonly [string, Record<string, string>])[] = [
    ['Best of tonight', {}],
    ['Rising', { min: decimal(threshold), sort: '-change' }],
    ['Versions disagree', { against, differs: '0.2', sort: '-difference' }],
    ['Near the threshold', { min: decimal(threshold - AROUND), max: decimal(threshold + AROUND) }],
    ['Without a TNS name', { tns: 'without' }],
  ];
  return (
    <nav class="choices" aria-label="Presets">
      {links.map(([name, query]) => (
        <a href={`/candidates?${new URLSearchParams({ vra, ...query })}`}>{name}</a>
      ))}
      <a data-last-visit="since" href={`/candidates?${new URLSearchParams({ vra, since: yesterday })}`}>
        {params.since === undefined ? 'New since my last visit' : `New since ${new Date(params.since).toISOString()}`}
      </a>
    </nav>
  );
}

function decimal(value: number): string {
  return String(Number(value.toFixed(4)));
}
