import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideSecrets, rememberSecret } from './secrets.js';

test('a secret is hidden wherever it stands in a text, in every form that it may take', () => {
  const secret = 'pa"ss\\wörd/+&42';
  rememberSecret(secret);
  const forms = [
    `Token ${secret}`,
    JSON.stringify({ headers: { authorization: `Token ${secret}` } }),
    JSON.stringify({ body: JSON.stringify({ token: secret }) }),
    `https://lasair.example/api/?token=${encodeURIComponent(secret)}&a=b`,
    `Basic ${Buffer.from(secret).toString('base64')}`,
  ];
  for (const text of forms) {
    const hidden = hideSecrets(`before ${text} after`);
    assert.match(hidden, /^before .*\[secret\].* after$/);
    for (const part of ['ss\\wörd', 'w%C3%B6rd', 'wörd']) assert.equal(hidden.includes(part), false, hidden);
  }
});

test('a text without secrets stays as it is, and JSON stays JSON', () => {
  rememberSecret('s3cr3t-token');
  assert.equal(hideSecrets('20260301_000001 done'), '20260301_000001 done');
  const line = hideSecrets(JSON.stringify({ url: 'http://u:s3cr3t-token@host/', rows: 3 }));
  assert.deepEqual(JSON.parse(line), { url: 'http://u:[secret]@host/', rows: 3 });
});

test('a word too short to be a secret is not hunted for', () => {
  rememberSecret('a');
  assert.equal(hideSecrets('a batch'), 'a batch');
});
