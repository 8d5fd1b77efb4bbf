import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { sharedAnswers } from './shared-answers.js';

/** A page that counts how often it is made. */
function counted(version: () => Promise<string>) {
  let made = 0;
  const app = new Hono<{ Variables: { user: string | undefined } }>();
  app.use(async (context, next) => {
    context.set('user', context.req.header('x-user'));
    await next();
  });
  app.use(sharedAnswers(version));
  app.get('/page', async (context) => {
    const number = ++made;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (context.req.query('fails')) throw new Error('fails');
    return context.text(`${number}`.padEnd(Number(context.req.query('size') ?? 0)));
  });
  app.onError((_, context) => context.text(`failed ${made}`, 500));
  const ask = async (path = '/page', headers: Record<string, string> = {}) =>
    (await app.request(path, { headers })).text();
  return { ask, made: () => made };
}

test('twenty who ask for the same at once cost one', async () => {
  const { ask, made } = counted(async () => '1.1');
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
  assert.deepEqual(new Set(answers), new Set(['1']));
  assert.equal(made(), 1);
});

test('another version, address, user or form has an answer of its own', async () => {
  let version = '1.1';
  const { ask } = counted(async () => version);
  assert.equal(await ask(), '1');
  version = '1.2';
  assert.equal(await ask(), '2');
  assert.equal(await ask('/page?a=1'), '3');
  assert.equal(await ask('/page', { 'x-user': 'ada' }), '4');
  assert.equal(await ask('/page', { accept: 'text/html' }), '5');
});

test('an answer that failed is shared with nobody', async () => {
  const { ask, made } = counted(async () => '1.1');
  await Promise.all([ask('/page?fails=1'), ask('/page?fails=1')]);
  assert.equal(made(), 2);
});

test('where the version cannot be had, each asks for himself', async () => {
  const { ask } = counted(async () => {
    throw new Error('at rest');
  });
  assert.deepEqual([await ask(), await ask()], ['1', '2']);
});

test('an answer that is large, or older than two seconds, is made again', async (t) => {
  const { ask, made } = counted(async () => '1.1');
  await ask('/page?size=200000');
  await ask('/page?size=200000');
  assert.equal(made(), 1);
  await ask('/page?size=300000');
  await ask('/page?size=300000');
  assert.equal(made(), 3);
  const later = performance.now() + 2_001;
  t.mock.method(performance, 'now', () => later);
  await ask('/page?size=200000');
  assert.equal(made(), 4);
});
