import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gateRatios } from './gate.js';
import { GateRounds, type Round } from './gate-rounds.js';

const SLOW_DOWN = fileURLToPath(new URL('testing/slow-down.js', import.meta.url));
const ROUNDS = 3;

test('a stage that takes four times the CPU shows in its ratio to the floor, and the others do not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-slow-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'slow');
  process.env.SLOW_WHILE = file;
  const measuring = await GateRounds.start({ alertsARound: 300, node: { feature: ['--import', SLOW_DOWN] } });
  t.after(() => measuring.end());
  const take = async () => {
    const rounds: Round[] = [];
    while (rounds.length < ROUNDS) rounds.push(await measuring.next());
    return gateRatios(rounds);
  };
  const before = await take();
  writeFileSync(file, '');
  const after = await take();
  // Warming up goes on in so few rounds, and the machine does other things: a part of what was added is enough.
  const change = (stage: 'consumer' | 'feature' | 'annotate') => after[stage] / before[stage];
  const text = JSON.stringify({ before, after });
  assert.ok(change('feature') > 1.6, text);
  for (const other of ['consumer', 'annotate'] as const) assert.ok(change('feature') > 1.3 * change(other), text);
});
