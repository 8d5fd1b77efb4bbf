/** An answer to a crawl. */
export interface Found {
  readonly address: string;
  readonly status: number;
  readonly text: string;
}

/** So many of one kind are enough: of a thousand objects, each has the same page. */
const MOST_OF_A_KIND = 3;
const MOST = 400;

/** Pages that differ only in the digits of their path, or in what is asked of them, are of one kind. */
export function kindOf(address: string): string {
  const { pathname, searchParams } = new URL(address);
  const path = pathname.replace(/^\/(objects|stems|models|quarantine)\/[^/]+/, '/$1/…');
  return `${path}?${[...searchParams.keys()].sort().join('&')}`;
}

/** Follows all links of all pages, and sends their forms as they are, from the first page on; a few of each kind. */
export async function crawl(origin: string): Promise<Found[]> {
  const found: Found[] = [];
  const waiting = [`${origin}/`];
  const known = new Set(waiting);
  const counts = new Map<string, number>();
  for (let address = waiting.shift(); address !== undefined && found.length < MOST; address = waiting.shift()) {
    const answer = await fetch(address, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    found.push({ address, status: answer.status, text });
    if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
    for (const link of [...linksOf(text, address), ...formsOf(text, address)]) {
      if (known.has(link) || !link.startsWith(`${origin}/`)) continue;
      const kind = kindOf(link);
      const count = counts.get(kind) ?? 0;
      if (count >= MOST_OF_A_KIND) continue;
      counts.set(kind, count + 1);
      known.add(link);
      waiting.push(link);
    }
  }
  return found;
}

function linksOf(page: string, address: string): string[] {
  return [...page.matchAll(/<a\b[^>]*?\bhref="([^"]*)"/g)].map(([, href = '']) => {
    const url = new URL(plain(href), address);
    url.hash = '';
    return url.href;
  });
}

/** Where the forms lead that nobody has filled in; those that change something do not count. */
function formsOf(page: string, address: string): string[] {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, form = '', content = '']) => {
    if (/method="post"/i.test(form)) return [];
    const url = new URL(plain(/action="([^"]*)"/.exec(form)?.[1] ?? ''), address);
    url.hash = '';
    url.search = String(new URLSearchParams(fieldsOf(content)));
    return [url.href];
  });
}

function fieldsOf(form: string): [string, string][] {
  const attribute = (tag: string, name: string) => plain(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
  const inputs = [...form.matchAll(/<input\b[^>]*>/g)].flatMap(([tag]): [string, string][] =>
    /type="(checkbox|radio)"/.test(tag) && !/\bchecked\b/.test(tag)
      ? []
      : [[attribute(tag, 'name'), attribute(tag, 'value')]],
  );
  const selects = [...form.matchAll(/<select\b[^>]*>.*?<\/select>/gs)].map(([tag]): [string, string] => {
    const options = [...tag.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    const chosen = options.find((option) => /\bselected\b/.test(option)) ?? options[0] ?? '';
    return [attribute(tag, 'name'), attribute(chosen, 'value')];
  });
  return [...inputs, ...selects].filter(([name]) => name !== '');
}

/** An attribute's text without the escapes that our pages have. */
function plain(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The first page of each path: what people know as a page. */
export function onePageOfEachPath(found: readonly Found[]): Found[] {
  const pages = new Map<string, Found>();
  for (const each of found) {
    const path = kindOf(each.address).split('?')[0]!;
    if (!pages.has(path) && each.text.startsWith('<!DOCTYPE html>')) pages.set(path, each);
  }
  return [...pages.values()];
}
