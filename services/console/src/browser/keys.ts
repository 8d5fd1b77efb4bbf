import { parsePage } from './html.js';
import { labelRow } from './labels.js';
import { markSeen, read, unmarkLast, write } from './seen.js';

const HELP = '/keys';
/** Single letters can be switched off, as for some they come by accident (WCAG 2.1.4). */
const OFF = 'lvra-keys-off';

/** What takes back each thing that was done here, newest last. */
const done: (() => void)[] = [];

const KEYS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  o: () => (currentRow() ?? document).querySelector<HTMLAnchorElement>('a[data-lasair]')?.click(),
  x: () => {
    const row = currentRow();
    if (!row) return;
    if (markSeen(row)) done.push(unmarkLast);
    step(1);
  },
  u: () => (done.pop() ?? unmarkLast)(),
  ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`${at + 1}`, () => label(at + 1)])),
  '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
  '?': () => void help(),
};

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !Object.hasOwn(KEYS, key)) return;
    if (target instanceof Element && target.closest('input, select, textarea, [contenteditable], dialog')) return;
    if (key !== '?' && read(OFF, false)) return;
    event.preventDefault();
    KEYS[key]?.();
  });
  for (const box of boxes(document)) attach(box);
}

const currentRow = () => document.activeElement?.closest<HTMLElement>('main tr[data-key]');

/** Focus goes from row to row, to the first link of each: so Enter opens it. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main tr[data-key]')].filter((row) => row.offsetParent);
  const from = currentRow();
  const to = from ? rows.indexOf(from) + by : 0;
  rows[Math.max(0, Math.min(to, rows.length - 1))]?.querySelector('a')?.focus();
}

function label(key: number): void {
  const row = currentRow();
  const takeBack = row && labelRow(row, key);
  if (!takeBack) return;
  done.push(takeBack);
  step(1);
}

const boxes = (from: ParentNode) => from.querySelectorAll<HTMLInputElement>('input[data-keys-on]');

function attach(box: HTMLInputElement): void {
  box.closest('[hidden]')?.removeAttribute('hidden');
  box.checked = !read(OFF, false);
  box.addEventListener('change', () => write(OFF, !box.checked));
}

/** The page about the keys, over this one; where it cannot be had, that page itself. */
async function help(): Promise<void> {
  const answer = await fetch(HELP).catch(() => undefined);
  const content = answer?.ok && parsePage(await answer.text()).querySelector('[data-keys]');
  if (!content) {
    location.assign(HELP);
    return;
  }
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-label', 'Keys');
  const close = document.createElement('button');
  close.textContent = 'Close';
  close.addEventListener('click', () => dialog.close());
  dialog.append(document.importNode(content, true), close);
  dialog.addEventListener('close', () => dialog.remove());
  for (const box of boxes(dialog)) attach(box);
  document.body.append(dialog);
  dialog.showModal();
}
