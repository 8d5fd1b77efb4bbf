import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/ledger';
import { addStem } from '@lvra/ledger/testing/ledgers';
import { execute } from '@lvra/ledger/testing/look-inside';
import { dataPaths } from '@lvra/store';
import { startService } from '@lvra/test-servers/service';
import { makeDataRoot } from './data-root.js';

const TOKEN = 't0ken-that-must-not-appear';
const PASSWORD = 'passw0rd-that-must-not-appear';
const STEM = '20260301_000001';

/** A Lasair that is broken in the worst way: it echoes what it received. */
async function startEcho(): Promise<{ endpoint: string; calls: () => number; close: () => void }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls++;
    response.writeHead(500, { 'x-echo': request.headers.authorization ?? '' });
    response.end(`error for ${request.headers.authorization} at ${request.url}?token=${encodeURIComponent(TOKEN)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${port}/api`, calls: () => calls, close };
}

/** Every file below a folder as one text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** A stem with one score that is still to be annotated. */
async function makeWork(root: string): Promise<void> {
  const ledger = await Ledger.open(dataPaths(root).database, ['r0b'], { create: true });
  await addStem(ledger, STEM, 1, 1, 0);
  await execute(
    ledger,
    "INSERT INTO provenance (diaObjectId, diaSourceId, stem, score, model_name, model_version) VALUES (1, 2, ?, 0.5, 'r0b', 'a1')",
    STEM,
  );
  await ledger.close();
}

describe('the token of Lasair and the password of NATS', () => {
  for (const [how, given] of [
    ['in the environment', () => ({ LASAIR_LSST_TOKEN: TOKEN, LVRA_NATS_USER: 'lvra', LVRA_NATS_PASSWORD: PASSWORD })],
    [
      'in files',
      (secrets: string) => ({
        LASAIR_LSST_TOKEN_FILE: join(secrets, 'token'),
        LVRA_NATS_USER: 'lvra',
        LVRA_NATS_PASSWORD_FILE: join(secrets, 'password'),
      }),
    ],
  ] as const) {
    test(`given ${how} stand in no log, page, argument, table or dying word of the process`, async (t) => {
      const { root, remove } = makeDataRoot();
      const { root: secrets, remove: removeSecrets } = makeDataRoot();
      writeFileSync(join(secrets, 'token'), `${TOKEN}\n`);
      writeFileSync(join(secrets, 'password'), PASSWORD);
      const reports = join(root, 'reports');
      mkdirSync(reports);
      const echo = await startEcho();
      await makeWork(root);
      // Dies of an error that contains the token, as any library might throw.
      const crash = join(secrets, 'crash.mjs');
      writeFileSync(
        crash,
        `process.on('SIGUSR2', () => { throw Object.assign(new Error('cannot send Token ${TOKEN}'), { headers: { a: '${PASSWORD}' } }); });`,
      );
      const service = await startService(
        'annotate',
        {
          LVRA_DATA_ROOT: root,
          LVRA_PROFILE: 'production',
          LVRA_ENDPOINT: echo.endpoint,
          LVRA_LOG_LEVEL: 'debug',
          LVRA_NATS_SERVERS: '127.0.0.1:1',
          ...given(secrets),
        },
        { ready: 'alive', node: ['--import', crash, '--report-on-fatalerror', `--report-dir=${reports}`] },
      );
      t.after(async () => {
        await service.end('SIGKILL');
        echo.close();
        remove();
        removeSecrets();
      });
      const deadline = performance.now() + 30_000;
      while (!service.lines.some((line) => line.includes('[token]') || line.includes('[secret]'))) {
        assert.ok(performance.now() < deadline, `the echo was not logged:\n${service.lines.join('\n')}`);
        await sleep(50);
      }
      const pages = await Promise.all(
        ['metrics', 'readyz', 'healthz', 'none'].map(async (page) => (await fetch(`${service.url}/${page}`)).text()),
      );
      const command = readFileSync(`/proc/${service.pid}/cmdline`, 'latin1');
      service.signal('SIGUSR2');
      const code = await Promise.race([service.end('SIGUSR2'), sleep(15_000, 'alive')]);
      assert.equal(code, 1, 'it ends with an error of its own');
      assert.ok(echo.calls() > 0);
      assert.ok(existsSync(join(root, 'logs')));
      const seen = [...pages, command, service.lines.join('\n'), everything(root)].join('\n');
      for (const secret of [TOKEN, PASSWORD, Buffer.from(TOKEN).toString('base64')]) {
        const at = seen.indexOf(secret);
        assert.equal(at, -1, `…${seen.slice(Math.max(at - 200, 0), at)}[here]`);
      }
      assert.match(service.lines.join('\n'), /cannot send Token \[secret\]/);
    });
  }
});
