import type { Child } from 'hono/jsx';

/** An instant, to the second, as the script may also show it: how long ago it is. Unknown is a dash. */
export function Instant({ at, withDate = false }: { at: string | null; withDate?: boolean }) {
  if (at === null) return <Unknown />;
  const [date = '', rest = ''] = at.split('T');
  const second = rest.slice(0, 8);
  return <time datetime={at}>{withDate ? `${date} ${second}` : second}</time>;
}

/** What nobody recorded. */
export function Unknown({ why }: { why?: string }) {
  return (
    <span class="unknown" title={why}>
      –<span class="hidden"> unknown{why === undefined ? '' : `: ${why}`}</span>
    </span>
  );
}

const COUNTS = new Intl.NumberFormat('en-US');

/** A whole number with its thousands apart. */
export function Count({ of }: { of: number | null }) {
  return of === null ? <Unknown /> : <span class="number">{COUNTS.format(of)}</span>;
}

/** So many of something: 1 score, 2 scores. */
export function Things({ of, name }: { of: number; name: string }) {
  return (
    <>
      <Count of={of} /> {thing(of, name)}
    </>
  );
}

export function thing(count: number, name: string): string {
  return count === 1 ? name : `${name}s`;
}

/** A measured number with so many digits behind the point. */
export function Measure({ of, digits }: { of: number | null; digits: number }) {
  return of === null || !Number.isFinite(of) ? <Unknown /> : <span class="number">{of.toFixed(digits)}</span>;
}

/** How long something took: 12 ms, 3.4 s, 5 min. */
export function Duration({ ms }: { ms: number | null }) {
  return ms === null ? <Unknown /> : <span class="number">{durationOf(ms)}</span>;
}

export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${Math.round(seconds / 86_400)} days`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** How long a file is: 512 B, 40.1 kB; decimal units. */
export function Size({ bytes }: { bytes: number }) {
  const power = bytes < 1_000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const text = power === 0 ? `${bytes} B` : `${(bytes / 1_000 ** power).toFixed(1)} ${UNITS[power - 1]}`;
  return <span class="number">{text}</span>;
}

export function ObjectLink({ id }: { id: string }) {
  return (
    <a class="id" href={`/objects/${encodeURIComponent(id)}`}>
      {id}
    </a>
  );
}

export function StemLink({ stem }: { stem: string }) {
  return (
    <a class="id" href={`/stems/${encodeURIComponent(stem)}`}>
      {stem}
    </a>
  );
}

const SYMBOLS = {
  done: '✓',
  partial: '◐',
  lacking: '◐',
  pending: '○',
  active: '▶',
  failed: '✗',
  dead: '✝',
  none: '·',
} as const;

/** How something stands, in a symbol and a word; colour only repeats it. */
export type Mark = keyof typeof SYMBOLS;

export function State({ is, children }: { is: Mark; children?: Child }) {
  return (
    <span class={`state ${is}`}>
      <span aria-hidden="true">{SYMBOLS[is]}</span> {children ?? is}
    </span>
  );
}

/** An address with one of its parameters changed; without it if the value is undefined. Keyset places are dropped. */
export function linkWith(url: URL, changes: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(url.search);
  for (const name of ['before', 'after']) query.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? url.pathname : `${url.pathname}?${text}`;
}
