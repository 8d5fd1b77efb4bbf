import { setMaxListeners } from 'node:events';
import { escapeControlLines } from '@lvra/core';
import { hideSecrets } from '@lvra/telemetry';
import type { Context, Handler } from 'hono';
import { streamSSE } from 'hono/streaming';
import { Refusal } from '../server/errors.js';
import type { News, Watcher } from './watcher.js';

/** Each is a browser tab that somebody looks at. */
const MOST_LISTENERS = 64;
/** A proxy ends what says nothing for a minute. */
const HEARTBEAT_MS = 20_000;

/**
 * The stream of events `change` and `rest`.
 *
 * @param end the streams end with it
 */
export function eventStream(watcher: Watcher, end: AbortSignal): Handler {
  let listeners = 0;
  // Each stream waits for it, which Node would else take for a leak.
  setMaxListeners(MOST_LISTENERS, end);
  return (context: Context) => {
    if (listeners >= MOST_LISTENERS) {
      throw new Refusal(
        503,
        'Too many listen',
        `${MOST_LISTENERS} pages are kept live: close some, or reload this one.`,
        {
          'Retry-After': '30',
        },
      );
    }
    // Of a stream that has no body nobody would learn that it has ended.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'content-type': 'text/event-stream' });
    listeners++;
    // A proxy that collects an answer before it passes it on would keep every event.
    context.header('X-Accel-Buffering', 'no');
    return streamSSE(context, async (stream) => {
      let leave = () => {};
      const gone = new Promise<void>((resolve) => {
        leave = resolve;
      });
      stream.onAbort(leave);
      context.req.raw.signal.addEventListener('abort', leave, { once: true });
      if (end.aborted) leave();
      end.addEventListener('abort', leave, { once: true });
      const stop = watcher.listen(newestFirst((news) => stream.writeSSE({ event: news.kind, data: dataOf(news) })));
      const heartbeat = setInterval(() => void stream.write(': still here\n\n'), HEARTBEAT_MS);
      await gone;
      clearInterval(heartbeat);
      stop();
      end.removeEventListener('abort', leave);
      listeners--;
    });
  };
}

/** For who reads slower than there is news: only the newest waits. */
function newestFirst(write: (news: News) => Promise<void>): (news: News) => void {
  let waiting: News | undefined;
  let isWriting = false;
  return async (news) => {
    waiting = news;
    if (isWriting) return;
    isWriting = true;
    while (waiting) {
      const next: News = waiting;
      waiting = undefined;
      await write(next);
    }
    isWriting = false;
  };
}

function dataOf(news: News): string {
  if (news.kind === 'change') return JSON.stringify({ version: news.version });
  return JSON.stringify({ why: escapeControlLines(hideSecrets(news.why)) });
}
