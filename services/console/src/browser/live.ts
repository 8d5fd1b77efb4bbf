import { isLive, refresh } from './refresh.js';

const EVENTS = '/api/v1/events';
/** Between two refreshes, however often the ledger changes. */
const REST_MS = 500;
/** Between two questions where there is no stream. */
const POLL_MS = 5_000;
/** Questions after which the stream is tried again. */
const TRY_STREAM_AFTER = 6;

const WORDS = {
  live: '\u25cf live',
  polling: '\u25d0 asking every 5 s',
  resting: '\u25cb ledger at rest',
} as const;

let stream: EventSource | undefined;
let poll: number | undefined;
let polls = 0;

/** Keeps the page as the ledger is, as long as somebody looks at it. */
export function keepLive(): void {
  if (!isLive()) return;
  document.addEventListener('visibilitychange', follow);
  // A page that is kept for the way back must not keep a connection.
  addEventListener('pagehide', leave);
  addEventListener('pageshow', follow);
  follow();
}

function follow(): void {
  leave();
  if (document.hidden) return;
  openStream();
}

function leave(): void {
  stream?.close();
  stream = undefined;
  stopPolling();
}

function openStream(): void {
  stream?.close();
  stream = new EventSource(EVENTS);
  stream.addEventListener('open', stopPolling);
  stream.addEventListener('change', () => {
    say(WORDS.live);
    void soon();
  });
  stream.addEventListener('rest', () => say(WORDS.resting));
  stream.addEventListener('error', startPolling);
}

function startPolling(): void {
  poll ??= setInterval(ask, POLL_MS);
}

function stopPolling(): void {
  clearInterval(poll);
  poll = undefined;
  polls = 0;
}

async function ask(): Promise<void> {
  if (await refreshed()) say(WORDS.polling);
  // It goes on trying by itself unless it was refused.
  if (++polls % TRY_STREAM_AFTER === 0 && stream?.readyState === EventSource.CLOSED) openStream();
}

let isBusy = false;
let isWanted = false;

/** Refreshes at once, or when the refresh before this one has had its rest. */
async function soon(): Promise<void> {
  isWanted = true;
  if (isBusy) return;
  isBusy = true;
  while (isWanted) {
    isWanted = false;
    await refreshed();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  isBusy = false;
}

async function refreshed(): Promise<boolean> {
  try {
    await refresh();
    return true;
  } catch {
    lose();
    return false;
  }
}

let lostSince = '';

function lose(): void {
  lostSince ||= new Date().toISOString().slice(11, 19);
  show('lost', `\u2715 lost since ${lostSince} UTC`);
  startPolling();
}

function say(words: string): void {
  lostSince = '';
  show('', words);
}

function show(state: string, words: string): void {
  const dot = document.querySelector<HTMLElement>('#live');
  if (!dot || dot.textContent === words) return;
  dot.classList.toggle('bad', state === 'lost');
  dot.textContent = words;
}
