import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from './commands.js';
import { LVRA, runLvra, temporaryFolder } from './testing/run-lvra.js';

const BUNDLE = fileURLToPath(new URL('../bundle/', import.meta.url));
/** Packages with binaries, which no bundle can hold, and what starts it. */
const BESIDE =
  /\/node_modules\/(better-sqlite3|better-sqlite3-node-api|bindings|file-uri-to-path|fs-ext)\/|\/cli\/bin\//;

describe('the bundled command line', { concurrency: 2 }, () => {
  const { folder, remove } = temporaryFolder();
  after(remove);

  for (const words of [['--help'], ['verify', '--help']]) {
    test(`reads for lvra ${words.join(' ')} what is bundled and packages with binaries`, async () => {
      const coverage = join(folder, words.join());
      const { code, stderr } = await runLvra(words, { NODE_V8_COVERAGE: coverage });
      assert.equal(code, 0, stderr);
      const loaded = filesIn(coverage).filter((path) => !BESIDE.test(path));
      assert.ok(loaded.includes(`${BUNDLE}main.js`), loaded.join('\n'));
      assert.deepEqual(
        loaded.filter((path) => !path.startsWith(BUNDLE)),
        [],
      );
    });
  }

  test('starts every command that its help lists', async () => {
    const listed = [...(await helpOf()).matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => name);
    assert.deepEqual(
      Object.keys(COMMANDS).filter((name) => !listed.includes(name)),
      ['man-page', 'prepare'],
    );
    // One after the other: as threads of one process, SQLite's binding brought it down now and then.
    for (const name of Object.keys(COMMANDS)) assert.match(await helpOf(name), new RegExp(`^Usage: lvra ${name}\\b`));
  });

  test('has the program of every thread and process that it starts', () => {
    const files = readdirSync(BUNDLE);
    const started = files.flatMap((name) => {
      const program = readFileSync(join(BUNDLE, name), 'utf8');
      return [...program.matchAll(/new URL\("(?:\.\/)?([^"]+\.js)", import\.meta\.url\)/g)].map(
        ([, path = '']) => path,
      );
    });
    assert.ok(started.length > 0);
    assert.deepEqual(
      started.filter((path) => !files.includes(path)),
      [],
    );
  });

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

describe('lvra in a checkout', { concurrency: 2 }, () => {
  const cases: [name: string, change: (cli: string) => void, said: RegExp][] = [
    ['runs the bundle of what was compiled last', () => {}, /^bundle\n$/],
    [
      'runs it in an image, too, where nothing is compiled',
      (cli) => rmSync(join(cli, 'bundle/compiled.json')),
      /^bundle\n$/,
    ],
    [
      'does not run the bundle of what was compiled before',
      (cli) => appendFileSync(join(cli, '../../shared/tsconfig.tsbuildinfo'), ' '),
      /^lvra: this checkout is not built, or only half: run `make build` in \/.*\/\n$/,
    ],
    [
      'says so where there is no bundle',
      (cli) => rmSync(join(cli, 'bundle'), { recursive: true }),
      /^lvra: .*not built/,
    ],
  ];
  for (const [name, change, said] of cases) {
    test(name, async (t) => {
      const { folder, remove } = temporaryFolder();
      t.after(remove);
      const cli = await makeCheckout(folder);
      change(cli);
      const { code, stdout, stderr } = await runLvra(['status'], {}, undefined, join(cli, 'bin/lvra.js'));
      assert.match(stdout + stderr, said);
      assert.equal(code, stdout === '' ? 2 : 0);
    });
  }
});

/** A checkout with a program that says what it is, as the build leaves it. @returns its services/cli */
async function makeCheckout(folder: string): Promise<string> {
  const cli = join(folder, 'services/cli');
  cpSync(dirname(LVRA), join(cli, 'bin'), { recursive: true });
  for (const path of ['shared', 'services/cli/bundle']) mkdirSync(join(folder, path));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'shared/tsconfig.tsbuildinfo'), '{}');
  writeFileSync(join(cli, 'bundle/main.js'), "console.log('bundle')");
  const { RECORD, stateOf } = await import(join(cli, 'bin/compiled.js'));
  const projects = ['', '../../shared/'];
  writeFileSync(RECORD, JSON.stringify({ projects, state: stateOf(projects) }));
  return cli;
}

/** What the program says with --help. */
async function helpOf(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runLvra([...words, '--help']);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** The files that a process ran, by the coverage that V8 wrote. */
function filesIn(coverage: string): string[] {
  return readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : []));
  });
}
