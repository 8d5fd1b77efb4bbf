import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOut } from './checkout.js';

test('a commit that git does not know is named', async () => {
  await assert.rejects(checkOut('no-such-branch'), /knows no commit no-such-branch/);
});
