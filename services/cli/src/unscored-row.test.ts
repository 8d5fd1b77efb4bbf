import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ScoredNights } from './testing/scored-nights.js';

/** Of a model that adds them up, so that two infinities make no number. */
const FEATURES = ['tone', 'colour', 'psfFluxErr'];

test('a value that a model cannot take costs one alert its score, and another model gives it one', async (t) => {
  const nights = await ScoredNights.empty(t);
  const lvra = async (...words: string[]) => {
    const ran = await nights.run(words);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    return ran.stdout;
  };
  const file = join(nights.root, 'alerts.ndjson');
  await lvra('simulate', '--count', '4', '--seed', '77', '--forms', 'full', '--file', file);
  const colours = ['1.5', '"blue"', 'Infinity', '2.5'];
  const tones = ['1', '2', 'Infinity', '-3'];
  const alerts = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.equal(alerts.length, colours.length);
  writeFileSync(
    file,
    alerts.map((alert, at) => `${alert.replace('{', `{"colour": ${colours[at]}, "tone": ${tones[at]}, `)}\n`).join(''),
  );
  nights.models.put('simple', 'a1', { features: FEATURES });
  await lvra('run', '--once', '--source', 'replay', '--replay-path', file);

  const [stem] = (await nights.stems()) as [string];
  const scores = async () =>
    (await nights.rows("SELECT p.diaSourceId FROM provenance p WHERE model_version = 'a1'")).map(([source]) => source);
  assert.equal((await scores()).length, 2);
  assert.equal(nights.sandbox.annotations.size, 2);
  assert.deepEqual(await nights.rows('SELECT r0b FROM predict'), [[-1n]]);
  const list = await lvra('quarantine', 'list');
  assert.match(
    list,
    /^not_a_number: 1 alert of 1 stem: colour is "blue", not a number, True, False or empty\n.*\n.* predict r0b +\d{18} /m,
  );
  assert.match(
    list,
    /^no_score: 1 alert of 1 stem: tone is inf, colour is inf: the model gives NaN, not a probability.*\n.*\n.* predict r0b +\d{18} /m,
  );
  const reasons = async (...words: string[]) =>
    (JSON.parse(await lvra('quarantine', 'list', '--json', ...words)) as { reason: string; diaSourceId: string }[]).map(
      ({ reason, diaSourceId }) => [reason, BigInt(diaSourceId)],
    );
  const aside = (await nights.look(({ quarantine }) => quarantine.list())).map(({ reason, diaSourceId }) => [
    reason,
    diaSourceId,
  ]);
  assert.deepEqual(await reasons('--since', stem.slice(0, 8)), aside);
  assert.deepEqual(await reasons('--since', '29990101'), []);
  assert.deepEqual(
    await reasons('--reason', 'no_score'),
    aside.filter(([reason]) => reason === 'no_score'),
  );
  assert.match(await lvra('stem', stem), /2 in quarantine by predict|without a score, in quarantine/);
  assert.match(await lvra('verify', '--sandbox', nights.sandbox.endpoint), /^All is as promised/m);
  const [first] = await nights.look(({ quarantine }) => quarantine.list());
  const shown = JSON.parse(await lvra('quarantine', 'show', String(first?.id), '--json'));
  assert.deepEqual([shown.id, shown.stage], [String(first?.id), 'predict']);
  assert.match(await lvra('quarantine', 'show', String(first?.id)), /\{"colour": "blue", /);

  nights.models.put('demo', 'a2');
  nights.configure('a2');
  await lvra('retry', stem, '--stage', 'predict', '--force');
  await lvra('run', '--once', '--source', 'none');
  assert.equal(nights.sandbox.annotations.size, 4);
  assert.match(await lvra('quarantine', 'list'), /^Nothing is in quarantine/);
  assert.match(await lvra('verify', '--sandbox', nights.sandbox.endpoint), /^All is as promised/m);
});
