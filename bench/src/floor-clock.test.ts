import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { costBetween, FloorClock } from './floor-clock.js';

test('what one parse costs is taken from the readings between two moments alone', () => {
  const readings = [
    { at: 100, parsed: 10, cpuMs: 50 },
    { at: 200, parsed: 20, cpuMs: 52 },
    { at: 300, parsed: 40, cpuMs: 57 },
    { at: 400, parsed: 50, cpuMs: 99 },
  ];
  assert.equal(costBetween(readings, 150, 350), 0.25);
  assert.throws(() => costBetween(readings, 150, 250), /not measured in 100 ms/);
});

test('a longer text costs more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-clock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const cost = async (length: number) => {
    const path = join(folder, `${length}`);
    writeFileSync(path, JSON.stringify([JSON.stringify(Array.from({ length }, (_, i) => ({ value: i / 7 })))]));
    const clock = new FloorClock(path);
    t.after(() => clock.end());
    await sleep(300);
    const from = Date.now();
    await sleep(300);
    return clock.between(from, Date.now());
  };
  const [short, long] = [await cost(100), await cost(2_000)];
  assert.ok(long > 3 * short, `${long} ms and ${short} ms`);
});
