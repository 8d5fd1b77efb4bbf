import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Answer, type ServedConsole, serveConsole } from '../testing/served.js';

/** Behind all guards, and of no ledger. */
const DATA = '/api/v1/openapi.json';
const PASSWORD = 'correct-horse';

const root = mkdtempSync(join(tmpdir(), 'lvra-refusals-'));
const passwordFile = join(root, 'password');
writeFileSync(passwordFile, `${PASSWORD}\n`);

const common = { LVRA_DATA_ROOT: root };
const open = await serveConsole({ ...common, LVRA_CONSOLE_NAMES: 'lvra.example.org' });
const closed = await serveConsole({
  ...common,
  LVRA_CONSOLE_AUTH: 'password',
  LVRA_CONSOLE_PASSWORD_FILE: passwordFile,
});
const proxied = (from: string) =>
  serveConsole({ ...common, LVRA_CONSOLE_AUTH: 'proxy', LVRA_CONSOLE_TRUSTED_PROXIES: from });
const behind = await proxied('10.0.0.0/8,127.0.0.1');
const elsewhere = await proxied('10.0.0.0/8');
const impatient = await serveConsole(common, { requestMs: 200, idleMs: 60_000 });

after(async () => {
  await Promise.all([open, closed, behind, elsewhere, impatient].map((each) => each.close()));
  rmSync(root, { recursive: true });
});

const asked = async (headers: Record<string, string>, console = open) => (await console.ask(DATA, { headers })).status;
const basic = (password: string, user = 'ada') => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('a name', { concurrency: true }, () => {
  test('that is ours is answered, whatever its case, and one of console_names with any port', async () => {
    const { port } = open;
    const ours = [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`];
    for (const host of [...ours, 'lvra.example.org', 'LVRA.example.org:8443']) {
      assert.equal(await asked({ host }), 200, host);
    }
  });

  test('that is not ours is refused, so that no page can give its own name our address and read', async () => {
    const { port } = open;
    const others = ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port - 1}`, 'x.lvra.example.org'];
    for (const host of [...others, `lvra.example.org.evil.example`, `lvra.example.org@evil.example`]) {
      const { status, body } = await open.ask(DATA, { headers: { host } });
      assert.ok(status === 421 || status === 400, `${host}: ${status}`);
      assert.doesNotMatch(body, /openapi/);
    }
  });

  test('that is missing, or is no name, is refused without a word about a bug', async () => {
    const none = await open.send(`GET ${DATA} HTTP/1.0\r\n\r\n`);
    assert.match(none, /^HTTP\/1\.1 4\d\d /);
    for (const host of ['', 'a b', '127.0.0.1:99999', '<script>']) {
      const line = await open.send(`GET ${DATA} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(line, /^HTTP\/1\.1 4\d\d /, host);
    }
    const foreign = `GET http://evil.example${DATA} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    assert.match(await open.send(foreign), /^HTTP\/1\.1 4\d\d /);
  });
});

describe('a request that a browser makes', { concurrency: true }, () => {
  const own = `http://127.0.0.1:${open.port}`;
  const LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test('for one of our pages, for a user who follows a link, or by no browser is answered', async () => {
    for (const headers of [
      {},
      { origin: own },
      { host: 'lvra.example.org', origin: 'https://lvra.example.org' },
      { host: 'lvra.example.org:8443', origin: 'https://lvra.example.org:8443' },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-site': 'none', ...LINK },
      { 'sec-fetch-site': 'cross-site', ...LINK },
      { 'sec-fetch-site': 'same-site', ...LINK },
    ]) {
      assert.equal(await asked(headers), 200, JSON.stringify(headers));
    }
  });

  test('for a page of another origin is refused: to read, to include, to frame', async () => {
    const site = { 'sec-fetch-site': 'cross-site' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:3000' },
      { host: 'lvra.example.org', origin: 'https://lvra.example.org.evil.example' },
      { ...site, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { ...site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { ...site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
      { ...site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      { ...site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' },
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
    ]) {
      assert.equal(await asked(headers as Record<string, string>), 403, JSON.stringify(headers));
    }
  });
});

test('a method that could change something is refused before anything else, with those that are allowed', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    for (const path of [DATA, '/', '/actions/retry-failed', '/nothing']) {
      const { status, headers } = await open.ask(path, { method });
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], `${method} ${path}`);
    }
  }
  const head = await open.ask(DATA, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body], [200, '']);
});

describe('a password', { concurrency: true }, () => {
  test('is asked for by every address, and opens them with any user name', async () => {
    for (const path of ['/', DATA, '/assets/console.css', '/nothing']) {
      const { status, headers } = await closed.ask(path);
      assert.equal(status, 401, path);
      assert.match(String(headers['www-authenticate']), /^Basic realm="LVRA console"/);
    }
    for (const user of ['ada', '', 'Ada Lovelace', 'åda'])
      assert.equal(await asked(basic(PASSWORD, user), closed), 200);
  });

  test('that is wrong, empty, longer or no password is refused, and nothing of the answer is kept', async () => {
    const wrong = ['wrong', '', `${PASSWORD}x`, PASSWORD.slice(1), PASSWORD.toUpperCase()].map((given) => basic(given));
    const odd = [{ authorization: 'Basic !!' }, { authorization: `Bearer ${PASSWORD}` }, { authorization: 'Basic' }];
    const answers = await Promise.all([...wrong, ...odd].map((headers) => closed.ask(DATA, { headers })));
    for (const { status, body, headers } of answers) {
      assert.equal(status, 401);
      assert.equal(headers['cache-control'], 'no-store');
      assert.ok(!body.includes(PASSWORD));
    }
  });

  test('that is changed in its file counts from then on', async () => {
    const file = join(root, 'another');
    writeFileSync(file, 'first-one');
    const console = await serveConsole({ ...common, LVRA_CONSOLE_AUTH: 'password', LVRA_CONSOLE_PASSWORD_FILE: file });
    try {
      assert.equal(await asked(basic('first-one'), console), 200);
      writeFileSync(file, 'second-one');
      assert.deepEqual(
        [await asked(basic('second-one'), console), await asked(basic('first-one'), console)],
        [200, 401],
      );
    } finally {
      await console.close();
    }
  });
});

describe('the user that a proxy names', { concurrency: true }, () => {
  const ada = { 'x-forwarded-user': 'ada' };

  test('counts from a trusted address', async () => {
    assert.equal(await asked(ada, behind), 200);
    const { body } = await behind.ask('/nothing', { headers: { ...ada, accept: 'text/html' } });
    assert.match(body, /<span class="user">ada<\/span>/);
  });

  test('is refused from any other address, missing, empty, or named twice', async () => {
    assert.equal(await asked(ada, elsewhere), 403);
    assert.equal(await asked({}, behind), 401);
    assert.equal(await asked({ 'x-forwarded-user': ' ' }, behind), 401);
    const twice = `GET ${DATA} HTTP/1.1\r\nHost: 127.0.0.1:${behind.port}\r\nConnection: close\r\n`;
    const answer = await behind.send(`${twice}X-Forwarded-User: eve\r\nX-Forwarded-User: ada\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 401 /);
  });

  test('does not open a console that asks for a password', async () => {
    assert.equal(await asked(ada, closed), 401);
  });
});

describe('too much', { concurrency: true }, () => {
  test('in an address or its headers is refused, and a little less is answered', async () => {
    const of = (length: number) => open.ask(`${DATA}?q=${'x'.repeat(length)}`);
    assert.equal((await of(3_900)).status, 200);
    assert.equal((await of(4_200)).status, 414);
    assert.equal(await asked({ cookie: 'x'.repeat(7_000) }), 200);
    assert.equal(await asked({ cookie: 'x'.repeat(9_000) }), 431);
  });

  test('in a body is not read', async () => {
    const { port } = open;
    const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000000000\r\n\r\n`;
    assert.match(await firstLine(open, head), /^HTTP\/1\.1 405 /);
  });
});

test('a client that does not get to the end of its request is let go, and holds up nobody', async () => {
  const slow = impatient.send(`GET ${DATA} HTTP/1.1\r\nHost: 127.0.0.1:${impatient.port}\r\nX-`);
  assert.equal(await asked({}, impatient), 200);
  assert.match(await slow, /^HTTP\/1\.1 408 /);
});

test('a refusal is a page for people, a problem for programs, and shows what it was asked with as text', async () => {
  const hostile = { host: '"><script>alert(1)</script>' };
  const page: Answer = await open.ask('/', { headers: { ...hostile, accept: 'text/html' } });
  assert.doesNotMatch(page.body, /<script>alert/);
  const origin = { origin: 'https://<img src=x onerror=alert(1)>', accept: 'text/html' };
  const refused = await open.ask('/', { headers: origin });
  assert.equal(refused.status, 403);
  assert.match(refused.body, /&lt;img src=x/);
  assert.match(String(refused.headers['content-security-policy']), /^default-src 'none'/);
  const problem = await open.ask(DATA, { headers: origin });
  assert.match(String(problem.headers['content-type']), /^application\/problem\+json/);
  assert.equal(JSON.parse(problem.body).status, 403);
});

/** Of an answer that comes before the request has ended. */
async function firstLine(console: ServedConsole, text: string): Promise<string> {
  return (await console.send(text)).split('\r\n')[0] ?? '';
}
