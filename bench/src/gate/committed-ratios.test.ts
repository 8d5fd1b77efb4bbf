import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CommittedRatios, commitRatios, committedRatios } from './committed-ratios.js';

test('ratios are kept for each version of Node, and renewing one leaves the others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-ratios-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ratios.json');
  const measured = (node: string, all: number): CommittedRatios => ({
    ...{ commit: 'aaaaaaa1', date: '2026-03-01', machine: 'a machine', node },
    ratios: { consumer: 1, feature: 1, predict: 1, annotate: 1, all },
  });
  writeFileSync(path, '{}');
  assert.throws(() => committedRatios('v20.1.0', path), /no ratios for Node 20: `make bench-gate RENEW=1`/);
  commitRatios(measured('v20.20.2', 4), path);
  commitRatios(measured('v24.1.0', 3), path);
  commitRatios(measured('v20.21.0', 2), path);
  assert.equal(committedRatios('v20.99.0', path).ratios.all, 2);
  assert.equal(committedRatios('v24.99.0', path).ratios.all, 3);
});
