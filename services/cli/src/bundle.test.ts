import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { LEDGER_COMMANDS } from './ledger-commands.js';
import { LVRA, runLvra, temporaryFolder } from './testing/run-lvra.js';

const BINARY = /\/node_modules\/(better-sqlite3|better-sqlite3-node-api|bindings|file-uri-to-path|fs-ext)\//;

describe('a command that only needs the ledger', { concurrency: 2 }, () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  for (const command of Object.keys(LEDGER_COMMANDS)) {
    test(`lvra ${command} is read from two files and packages with binaries`, async () => {
      const coverage = join(folder, command);
      const { code, stderr } = await runLvra([command, '--help'], { NODE_V8_COVERAGE: coverage });
      assert.equal(code, 0, stderr);
      const loaded = filesIn(coverage).filter((url) => !BINARY.test(url));
      assert.deepEqual(
        loaded.map((url) => url.slice(url.lastIndexOf('/') + 1)),
        ['lvra.js', 'ledger-main.js'],
        'it was compiled and not bundled: npm run build',
      );
    });
  }

  test('finds the settings of the project and SQLite from there', async () => {
    const root = { LVRA_DATA_ROOT: join(folder, 'data') };
    assert.equal((await runLvra(['init'], root)).code, 0);
    const { code, stdout, stderr } = await runLvra(['status', '--json'], root);
    assert.equal(code, 0, stderr);
    const { stages } = JSON.parse(stdout) as { stages: { stage: string; vra: string }[] };
    const r0b = ['feature', 'predict', 'annotate'].map((stage) => [stage, 'r0b']);
    assert.deepEqual(
      stages.map(({ stage, vra }) => [stage, vra]),
      r0b,
    );
  });
});

describe('which program lvra runs', { concurrency: 2 }, () => {
  const cases: [name: string, ages: Ages, words: string[], program: string][] = [
    ['the bundle where it was made after compiling', { shared: 3, cli: 2, bundle: 1 }, ['status'], 'bundle'],
    ['what was compiled where shared is younger', { shared: 1, cli: 3, bundle: 2 }, ['status'], 'compiled'],
    ['what was compiled where cli is younger', { shared: 3, cli: 1, bundle: 2 }, ['status'], 'compiled'],
    ['what was compiled where there is no bundle', { shared: 3, cli: 1 }, ['status'], 'compiled'],
    ['what was compiled for any other command', { shared: 3, cli: 2, bundle: 1 }, ['run'], 'compiled'],
    ['the bundle of an image, which has no records of the compiler', { bundle: 1 }, ['status'], 'bundle'],
  ];
  for (const [name, ages, words, program] of cases) {
    test(name, async () => {
      const { folder, remove } = temporaryFolder();
      try {
        assert.equal(await ranIn(folder, ages, words), program);
      } finally {
        remove();
      }
    });
  }
});

/** How many minutes ago each was written; what is not named is not there. */
interface Ages {
  readonly shared?: number;
  readonly cli?: number;
  readonly bundle?: number;
}

/** A project of the four files that are looked at. @returns what the program said that ran */
async function ranIn(folder: string, { shared, cli, bundle }: Ages, words: readonly string[]): Promise<string> {
  const write = (path: string, content: string, minutes: number | undefined) => {
    if (minutes === undefined) return;
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    const at = Date.now() / 1_000 - minutes * 60;
    utimesSync(file, at, at);
  };
  write('package.json', '{ "type": "module" }', 0);
  write('shared/tsconfig.tsbuildinfo', '', shared);
  write('services/cli/tsconfig.tsbuildinfo', '', cli);
  write('services/cli/bundle/ledger-main.js', "console.log('bundle')", bundle);
  write('services/cli/dist/main.js', "console.log('compiled')", 0);
  write('services/cli/bin/lvra.js', '', 0);
  copyFileSync(LVRA, join(folder, 'services/cli/bin/lvra.js'));
  const { stdout, stderr } = await runLvra(words, {}, undefined, join(folder, 'services/cli/bin/lvra.js'));
  assert.equal(stderr, '');
  return stdout.trim();
}

/** The files that a process ran, by the coverage that V8 wrote. */
function filesIn(coverage: string): string[] {
  return readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  });
}
