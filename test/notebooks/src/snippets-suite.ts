import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runLvra } from '@lvra/cli/testing/run-lvra';
import { NIGHT_TABLES } from '@lvra/export';
import { nightAt } from '@lvra/operations';
import { type RunningConsole, startConsole } from '@lvra/test-console/running-console';
import { notebookPython } from '@lvra/test-servers/tools';

const PAGE = 'docs/notebooks.md';
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What the page calls a night. */
const NIGHT = '20260422';
const ADDRESS = 'http://127.0.0.1:8470';

interface Cell {
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a page, in order. */
function cellsOf(page: string): readonly Cell[] {
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language, 2: code, index }) => ({
    line: page.slice(0, index).split('\n').length,
    language: language!,
    code: code!,
  }));
}

let folder: string;
let console: RunningConsole;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lvra-notebooks-'));
  const { code, stderr } = await runLvra(['demo', '--no-console'], {}, folder);
  assert.equal(code, 0, stderr);
  console = await startConsole({ LVRA_DATA_ROOT: join(folder, 'demo-data') });
});
after(async () => {
  await console?.end();
  await rm(folder, { recursive: true });
});

test(`every command and snippet of ${PAGE} does what it says`, { timeout: 600_000 }, async () => {
  const page = await readFile(join(ROOT, PAGE), 'utf8');
  const here = page.replaceAll(NIGHT, nightAt(Date.now()).name).replaceAll(ADDRESS, console.address);
  const cells = cellsOf(here).filter(({ language }) => language !== 'text');
  assert.deepEqual([...new Set(cells.map(({ language }) => language))].sort(), ['python', 'sh']);
  const { code, said } = await execute(cells);
  assert.equal(code, 0, said);
});

test('every table is a VOTable by its schema and IVOA’s rules, with a description of every column', async () => {
  const night = nightAt(Date.now()).name;
  const files: string[] = [];
  for (const table of Object.keys(NIGHT_TABLES)) {
    const words = ['export', table, '--from', night, '--format', 'votable', '--out', 'votables'];
    const { code, stderr } = await runLvra(words, { LVRA_DATA_ROOT: join(folder, 'demo-data') }, folder);
    assert.equal(code, 0, stderr);
    files.push(join(folder, 'votables', table, `night=${night}.vot`));
  }
  await promisify(execFile)(notebookPython(), [join(ROOT, 'test/notebooks/src/proof/votable_rules.py'), ...files]);
});

async function execute(cells: readonly Cell[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(notebookPython(), [join(ROOT, 'test/notebooks/src/cells.py'), PAGE], {
    cwd: folder,
    env: {
      PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
      HOME: folder,
      LVRA_DATA_ROOT: join(folder, 'demo-data'),
      MPLBACKEND: 'agg',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  child.stdin.end(JSON.stringify(cells));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}
