import { parsePage } from './html.js';
import { markSeen, unmarkLast } from './seen.js';

const ACTION = '/actions/label';

/** One at a time and in their order, so that the last key wins. */
let sending: Promise<unknown> = Promise.resolve();

/** The labels that keys 1 to 9 give; none where actions are off. */
const labels = () => document.querySelector<HTMLElement>('table[data-labels]')?.dataset.labels?.split(',') ?? [];

/** Gives the object of a row the label of a key, and marks it as seen. @returns what takes it back; undefined if there is no such label */
export function labelRow(row: HTMLElement, key: number): (() => void) | undefined {
  const [label, object] = [labels()[key - 1], row.dataset.object];
  if (label === undefined || object === undefined) return undefined;
  const isMarked = markSeen(row);
  const isRecorded = send(object, label);
  return () => {
    void send(object, '', isRecorded);
    if (isMarked) unmarkLast();
  };
}

/**
 * @param label '' takes the last one back
 * @param before what it takes back: where that was not recorded, the label before it stays
 * @returns whether it was recorded
 */
function send(object: string, label: string, before?: Promise<boolean>): Promise<boolean> {
  const sent = sending.then(async () => {
    if (before && !(await before)) return false;
    try {
      await submit(`${ACTION}?${new URLSearchParams({ object, label })}`);
    } catch (error) {
      say(`${object} could not be labelled: ${(error as Error).message}`, true);
      return false;
    }
    say(label === '' ? `${object}: label taken back` : `${object}: ${label} (u takes it back)`, false);
    return true;
  });
  sending = sent;
  return sent;
}

/** Sends the form of the action's own page, as a browser without script would. */
async function submit(address: string): Promise<void> {
  const page = await fetch(address, { headers: { accept: 'text/html' }, cache: 'no-store' });
  const document = parsePage(await page.text());
  const token = document.querySelector<HTMLInputElement>('main form input[name=token]')?.value;
  if (token === undefined) throw new Error(document.querySelector('main')?.textContent?.trim() ?? `${page.status}`);
  const answer = await fetch(address, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
  // It leads to another page where it was done.
  if (answer.type !== 'opaqueredirect') throw new Error(`the console answered ${answer.status}`);
}

function say(words: string, isBad: boolean): void {
  const status = document.querySelector<HTMLElement>('[data-label-status]');
  if (!status) return;
  status.textContent = words;
  status.classList.toggle('bad', isBad);
}
