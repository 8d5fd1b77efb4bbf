import { changeInPlace } from './change-in-place.js';
import { parsePage } from './html.js';

const LIVE = '[data-live], [data-live-rows]';

/** Whether anything on this page can change. */
export const isLive = (): boolean => document.querySelector(LIVE) !== null;

let etag = '';

/**
 * Asks for this page again, and changes in place what is different now.
 *
 * @throws if the server cannot be reached, or has another answer than the page
 */
export async function refresh(): Promise<void> {
  const answer = await fetch(location.href, {
    headers: { accept: 'text/html', ...(etag && { 'if-none-match': etag }) },
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(`${answer.status}`);
  etag = answer.headers.get('etag') ?? '';
  const fresh = parsePage(await answer.text());
  document.title = fresh.title;
  for (const [index, element] of [...document.querySelectorAll<HTMLElement>(LIVE)].entries()) {
    const wanted = counterpart(element, fresh, index);
    if (wanted) changeInPlace(element, wanted);
  }
  document.dispatchEvent(new Event('lvra-changed'));
}

/** The same part of the fresh page. */
function counterpart(element: HTMLElement, fresh: Document, index: number): Element | null | undefined {
  const [name, key] = element.hasAttribute('data-live')
    ? ['data-live', element.dataset.live]
    : ['data-live-rows', element.dataset.liveRows];
  return key ? fresh.querySelector(`[${name}="${CSS.escape(key)}"]`) : fresh.querySelectorAll(LIVE)[index];
}
