import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { UsageError } from '@lvra/core';
import { writeModelVersion } from './edit-vra.js';
import { readVra, type VraSettings } from './vra.js';
import type { Profile } from './yaml-file.js';

const TEXT = `# The team's own.
MODEL_PATH: ../models/r0b_a1.onnx   # imported in March
MODEL_NAME:   r0b
TOPIC_OUT: 'r0b_lvra'

MODEL_VERSION: "a1"  # see the logbook
`;

function written(context: TestContext, text = TEXT, profile: Profile = 'production') {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-edit-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'r0b.yaml');
  writeFileSync(file, text);
  const read = () => {
    const issues: string[] = [];
    const { settings } = readVra(file, profile, {}, issues, []);
    assert.deepEqual(issues, []);
    return settings as VraSettings;
  };
  return { folder, file, read, vra: read(), text: () => readFileSync(file, 'utf8') };
}

describe('a new model version in a VRA’s file', () => {
  test('changes the one value and not another byte', async (context) => {
    const { vra, text, read, folder } = written(context);
    await writeModelVersion(vra, 'a2', 'production', {});
    assert.equal(text(), TEXT.replace('"a1"', 'a2'));
    assert.deepEqual(read(), { ...vra, modelVersion: 'a2' });
    assert.deepEqual(readdirSync(folder), ['r0b.yaml']);
  });

  for (const version of ['1.10', 'yes', 'a: b', '# x', '007', '~']) {
    test(`is read again as it was asked for if it looks like something else: ${version}`, async (context) => {
      const { vra, read } = written(context);
      await writeModelVersion(vra, version, 'production', {});
      assert.equal(read().modelVersion, version);
    });
  }

  test('is written where it counts: in the section of the profile, and in the last of two', async (context) => {
    const text = `${TEXT}MODEL_VERSION: a2\nproduction:\n  MODEL_VERSION: a3\ndevelopment:\n  ANNOTATE: no\n`;
    const production = written(context, text);
    await writeModelVersion(production.vra, 'a9', 'production', {});
    assert.equal(production.text(), text.replace('a3', 'a9'));
    const development = written(context, text, 'development');
    await writeModelVersion(development.vra, 'a9', 'development', {});
    assert.equal(development.text(), text.replace('a2', 'a9'));
  });

  test('is refused if the environment decides', async (context) => {
    const { vra, text } = written(context);
    await assert.rejects(
      writeModelVersion(vra, 'a2', 'production', { LVRA_R0B_MODEL_VERSION: 'a1' }),
      (error: unknown) =>
        error instanceof UsageError && /LVRA_R0B_MODEL_VERSION is set and overrides/.test(error.message),
    );
    assert.equal(text(), TEXT);
  });

  test('leaves rights and links as they are', async (context) => {
    const { vra, file, folder, text } = written(context);
    chmodSync(file, 0o640);
    const link = join(folder, 'link.yaml');
    symlinkSync(file, link);
    await writeModelVersion({ ...vra, file: link }, 'a2', 'production', {});
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(statSync(file).mode & 0o777, 0o640);
    assert.equal(text(), TEXT.replace('"a1"', 'a2'));
  });
});
