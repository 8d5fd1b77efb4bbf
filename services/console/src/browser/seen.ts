/** In the browser alone, as nobody has an account here. */
const SEEN = 'lvra-seen';
const VISIT = 'lvra-visit';
const MOST_SEEN = 20_000;
/** Who comes back after so long, comes for another visit. */
const VISIT_ENDS_AFTER_MS = 30 * 60_000;

const seen = new Set(read<string[]>(SEEN, []));
const marked: string[] = [];

export function showSeen(): void {
  const hides = new URLSearchParams(location.search).get('seen') === 'no';
  for (const table of document.querySelectorAll<HTMLElement>('[data-seen-rows]')) {
    table.toggleAttribute('data-hide-seen', hides);
    const rows = [...table.querySelectorAll<HTMLElement>('tr[data-key]')];
    for (const row of rows) row.toggleAttribute('data-seen-by-me', seen.has(row.dataset.key ?? ''));
    count(rows);
  }
}

/** How much of a page was looked at. */
function count(rows: readonly HTMLElement[]): void {
  const counter = document.querySelector<HTMLElement>('[data-seen-count]');
  if (!counter) return;
  const looked = rows.filter((row) => row.hasAttribute('data-seen-by-me')).length;
  counter.hidden = looked === 0;
  counter.textContent = `${looked} of the ${rows.length} rows here seen`;
}

/** @param row of a table of objects. @returns whether it was not seen before */
export function markSeen(row: HTMLElement): boolean {
  const { key = '' } = row.dataset;
  if (!row.closest('[data-seen-rows]') || !key || seen.has(key)) return false;
  seen.add(key);
  marked.push(key);
  keep();
  return true;
}

export function unmarkLast(): void {
  const last = marked.pop() ?? [...seen].at(-1);
  if (last !== undefined) seen.delete(last);
  keep();
}

function keep(): void {
  write(SEEN, [...seen].slice(-MOST_SEEN));
  showSeen();
}

interface Visit {
  /** When somebody looked last, and when the visit before this one ended; milliseconds. */
  last: number;
  before: number;
}

/** Puts the end of the last visit into the links that ask for what is new since then. */
export function rememberVisit(): void {
  const now = Date.now();
  const visit = read<Visit>(VISIT, { last: now, before: 0 });
  if (now - visit.last > VISIT_ENDS_AFTER_MS) visit.before = visit.last;
  visit.last = now;
  write(VISIT, visit);
  if (visit.before === 0) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-last-visit]')) {
    const address = new URL(link.href);
    address.searchParams.set(link.dataset.lastVisit ?? 'since', new Date(visit.before).toISOString());
    link.href = address.href;
  }
}

export function read<T>(name: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(name) ?? 'null') as T | null) ?? otherwise;
  } catch {
    // Storage is off, or holds what is not ours: nothing has been seen, then.
    return otherwise;
  }
}

export function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Storage is off or full: it is remembered for this page.
  }
}
