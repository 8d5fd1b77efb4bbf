import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Sqlite } from '@lvra/ledger/testing/sqlite';
import { copyProject, projectFile } from './testing/project-copy.js';

/** The commands of docs/adding-a-vra.md as they stand there, in order. */
function documentedCommands(): string {
  const text = readFileSync(projectFile('docs/adding-a-vra.md'), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, commands]) => commands);
  assert.ok(blocks.length >= 10, 'the document has lost its commands');
  return blocks.join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('docs/adding-a-vra.md leads to two VRAs that score and annotate, features of their own included', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-adding-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  copyProject(folder);
  const { PATH, HOME } = process.env;
  const port = String(await freePort());
  writeFileSync(join(folder, 'walk.sh'), documentedCommands());
  // The first mistake ends it. In a group of its own, which ends when the other end of fd 3 is closed: nothing that it
  // started stays behind, not even where this process is killed.
  const watched = '{ read -r _ <&3; kill -s KILL 0; } & exec bash -euo pipefail walk.sh 3<&-';
  const shell = spawn('bash', ['-c', watched], {
    cwd: folder,
    detached: true,
    // A run is one batch, however slow the machine: it ends with its alerts.
    env: { PATH, HOME, SANDBOX_PORT: port, LVRA_BATCH_SECONDS: '60' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const output of [shell.stdout, shell.stderr]) {
    output?.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  }
  t.after(() => endGroup(Number(shell.pid)));
  const code = await new Promise((resolve) => shell.once('exit', resolve));
  assert.equal(code, 0, printed);

  const database = new Sqlite(join(folder, 'try', 'db', 'log.db'), { readonly: true });
  t.after(() => database.close());
  const rows = (sql: string) => database.prepare(sql).raw().all() as [string, ...unknown[]][];
  const scored = rows(
    'SELECT model_name, model_version, count(DISTINCT stem) FROM provenance GROUP BY 1, 2 ORDER BY 1',
  );
  assert.deepEqual(scored, [
    ['agn', 'b1', 4],
    ['flare', 'f1', 1],
    ['r0b', 'demo', 4],
  ]);
  const accepted = rows(
    `SELECT model_name, count(DISTINCT stem) FROM provenance JOIN annotation_outcome ON provenance_ID = ID
     WHERE outcome = 'accepted' GROUP BY 1 ORDER BY 1`,
  );
  assert.deepEqual(
    accepted.map(([vra]) => vra),
    ['agn', 'flare', 'r0b'],
  );
  assert.equal(accepted[0]?.[1], 2, 'what agn scored in the shadow stays here');
  assert.ok(existsSync(join(folder, 'try', 'r0b-agn.svg')));
  const open = rows('SELECT stem FROM annotating WHERE r0b NOT IN (1, -1) OR flare NOT IN (1, -1)');
  assert.deepEqual(open, []);
});

function endGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
