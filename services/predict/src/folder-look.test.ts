import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookInto } from './folder-look.js';

test('a look into a folder serves several VRAs once each, and shows every change of a model', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-look-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (content: string) => {
    writeFileSync(join(folder, 'a.onnx'), content);
    utimesSync(join(folder, 'a.onnx'), new Date(0), new Date(0));
  };
  write('one');
  const first = lookInto(folder, undefined);
  assert.equal(lookInto(folder, undefined), first, 'another VRA takes it');
  const again = lookInto(folder, first);
  assert.notEqual(again, first);
  assert.equal(again.state, first.state);
  assert.equal(lookInto(folder, first), again);
  write('two');
  assert.notEqual(lookInto(folder, again).state, again.state);
  writeFileSync(join(folder, 'b.json'), '{}');
  assert.equal(lookInto(folder, lookInto(folder, undefined)).state, undefined, 'too young to tell');
});
