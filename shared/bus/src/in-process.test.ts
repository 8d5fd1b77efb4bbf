import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeOf } from '@lvra/core';
import { InProcessBus } from './in-process.js';

const STEM = '20260301_000001';
const message = { stem: STEM, count: 1, at: 0 };
const never = new AbortController().signal;

test('a message comes to every stage that it is for, and to no other', async () => {
  const bus = new InProcessBus();
  const routes = [
    routeOf('feature', 'r0b'),
    routeOf('feature', 'agn'),
    routeOf('predict', 'r0b'),
    routeOf('annotate', 'r0b'),
  ];
  const subscriptions = await Promise.all(routes.map((route) => bus.subscribe(route)));
  const received = () => Promise.all(subscriptions.map(async (each) => (await each.next(1, never))?.subject));
  await bus.publish(`lvra.alerts.${STEM}`, message);
  assert.deepEqual(await received(), [`lvra.alerts.${STEM}`, `lvra.alerts.${STEM}`, undefined, undefined]);
  await bus.publish(`lvra.features.r0b.${STEM}`, message);
  assert.deepEqual(await received(), [undefined, undefined, `lvra.features.r0b.${STEM}`, undefined]);
  await bus.publish(`lvra.features.agn.${STEM}`, message);
  await bus.publish(`lvra.dead.feature.r0b.${STEM}`, message);
  assert.deepEqual(await received(), [undefined, undefined, undefined, undefined]);
});

test('two replicas share the messages of a stage, in order, and one that waits gets the next', async () => {
  const bus = new InProcessBus();
  const [a, b] = [await bus.subscribe(routeOf('predict', 'r0b')), await bus.subscribe(routeOf('predict', 'r0b'))];
  const waiting = a.next(5_000, never);
  for (const second of [1, 2, 3]) await bus.publish(`lvra.features.r0b.20260301_00000${second}`, message);
  assert.match((await waiting)?.subject ?? '', /1$/);
  assert.match((await b.next(0, never))?.subject ?? '', /2$/);
  assert.match((await a.next(0, never))?.subject ?? '', /3$/);
  assert.equal(await b.next(1, never), undefined);
});

test('a wait ends after its time, or at once when it is given up, and then takes no message', async () => {
  const bus = new InProcessBus();
  const subscription = await bus.subscribe(routeOf('predict', 'r0b'));
  const begun = performance.now();
  assert.equal(await subscription.next(60, never), undefined);
  assert.ok(performance.now() - begun >= 55);
  const stop = new AbortController();
  const waiting = subscription.next(60_000, stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
  await bus.publish(`lvra.features.r0b.${STEM}`, message);
  assert.equal(await subscription.next(60_000, stop.signal), undefined);
  assert.notEqual(await subscription.next(0, never), undefined);
});

test('a message that is not acknowledged is redelivered', async () => {
  const bus = new InProcessBus();
  const subscription = await bus.subscribe(routeOf('predict', 'r0b'));
  await bus.publish(`lvra.features.r0b.${STEM}`, message);
  (await subscription.next(0, never))?.nak();
  const again = await subscription.next(0, never);
  assert.equal(again?.subject, `lvra.features.r0b.${STEM}`);
  again?.ack();
  assert.equal(await subscription.next(0, never), undefined);
});
