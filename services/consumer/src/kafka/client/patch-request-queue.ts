import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  /** ms since 1970, or -1. */
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/*
 * kafkajs 2.2.4 polls the empty request queue of every connection a thousand times a second, which costs 4 % of a core
 * while idle, and makes Node 24 warn of a negative timeout (tulios/kafkajs issue 1751, unreleased). Polling only while
 * a request waits is enough: queueing one schedules the poll.
 */
const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
const schedule = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};
