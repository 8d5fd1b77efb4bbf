import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sendBombs, untilPassedOver } from './bombs.js';
import { ROOT, Stack } from './stack.js';

/** What may be open inside, by service. Pages for the operator are published, to the machine itself. */
const DOCUMENTED: Readonly<Record<string, readonly number[]>> = {
  consumer: [9464],
  feature: [9464],
  predict: [9464],
  annotate: [9464],
  console: [8470, 9464],
  nats: [4222],
  prometheus: [9090],
  alertmanager: [9093],
  sandbox: [8080],
  kafka: [9092],
};

const TOKEN = 'sandbox-token';

/** A program for `node -e` that tries every port of every host named to it and prints the open ones, by host. */
const SCAN = `
const net = require('node:net');
const open = {};
const attempt = (service, host, port) => new Promise((resolve) => {
  const socket = net.connect({ host, port, timeout: 2000 });
  const end = (isOpen) => { socket.destroy(); if (isOpen) open[service].push(port); resolve(); };
  socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
});
(async () => {
  for (const service of process.argv.slice(1)) {
    const { address } = await require('node:dns/promises').lookup(service);
    open[service] = [];
    let next = 1;
    const worker = async () => { while (next <= 65535) await attempt(service, address, next++); };
    await Promise.all(Array.from({ length: 500 }, worker));
    open[service].sort((a, b) => a - b);
  }
  console.log(JSON.stringify(open));
})();`;

describe('an attacker inside the network', () => {
  let stack: Stack;
  before(async () => {
    stack = await Stack.make(`lvra-attacked-${process.pid}`, { SIMULATE_COUNT: 500 });
    await stack.compose('build');
    await stack.compose('up', '-d');
  });
  after(() => stack.remove());

  const inSandbox = (...args: string[]) => stack.compose('exec', '-T', 'sandbox', ...args);

  test('finds no open port but the documented ones', async () => {
    // A container of its own: those of the stack may not use enough CPU for half a million attempts.
    const scanner = ['run', '--rm', '--network', `${stack.project}_inside`, '--entrypoint', 'node', 'lvra-stream/cli'];
    const found = JSON.parse(await stack.docker(...scanner, '-e', SCAN, ...Object.keys(DOCUMENTED)));
    assert.deepEqual(found, DOCUMENTED);
  });

  test('finds no port published to another machine', async () => {
    const published = await stack.docker(
      ...['ps', '--filter', `label=com.docker.compose.project=${stack.project}`, '--format', '{{.Names}} {{.Ports}}'],
    );
    const addresses = [...published.matchAll(/(\S+):\d+->/g)].map(([, address]) => address);
    assert.ok(addresses.length > 0, published);
    for (const address of addresses) assert.equal(address, '127.0.0.1', published);
  });

  test('is refused by NATS without credentials, and with wrong ones', async () => {
    const hello = (connect: object) => `
      const socket = require('node:net').connect(4222, 'nats');
      socket.write('CONNECT ' + ${JSON.stringify(JSON.stringify(connect))} + '\\r\\nPING\\r\\n');
      socket.on('data', (data) => process.stdout.write(data)).on('close', () => process.exit(0));
      setTimeout(() => process.exit(0), 3000);`;
    for (const connect of [{ verbose: false }, { verbose: false, user: 'lvra', pass: 'guess' }]) {
      const answer = await inSandbox('node', '-e', hello(connect));
      assert.match(answer, /Authorization Violation/);
      assert.doesNotMatch(answer, /PONG/);
    }
  });

  test('ends no consumer in its 512 MB with small batches that grow: the good alerts come in within a minute', async (context) => {
    const [consumer = ''] = await stack.containers('consumer');
    const stateOf = async () => {
      const [{ HostConfig, RestartCount, State }] = JSON.parse(await stack.docker('inspect', consumer));
      return { memory: HostConfig.Memory, restarts: RestartCount, running: State.Running, killed: State.OOMKilled };
    };
    const before = await stateOf();
    assert.equal(before.memory, 512 * 1024 ** 2);
    await stack.compose('stop', 'consumer');
    const sent = await sendBombs(stack);
    await stack.compose('start', 'consumer');
    const tookMs = await untilPassedOver(stack, sent, 60_000);
    context.diagnostic(`${sent.good.length} good alerts among the bombs were in after ${(tookMs / 1000).toFixed(0)} s`);
    assert.deepEqual(await stateOf(), { ...before, running: true, killed: false });
  });

  test('has no rights, no room to write and no way to become root', async () => {
    for (const service of Object.keys(DOCUMENTED)) {
      const [container = ''] = await stack.containers(service);
      const [inspected] = JSON.parse(await stack.docker('inspect', container));
      const { HostConfig: host, Config: config } = inspected;
      assert.deepEqual(host.CapDrop, ['ALL'], service);
      assert.equal(host.CapAdd ?? null, null, service);
      assert.ok(host.ReadonlyRootfs, service);
      assert.ok(
        host.SecurityOpt.some((each: string) => each.startsWith('no-new-privileges')),
        service,
      );
      assert.ok(host.Memory > 0 && host.NanoCpus > 0, `${service} has no limits`);
      const user = config.User || (await stack.docker('exec', container, 'id', '-u'));
      assert.doesNotMatch(String(user), /^(0|root)(:|\s|$)/, service);
    }
    await assert.rejects(inSandbox('sh', '-c', 'echo x > /app/x'), /Read-only file system/);
  });

  test('finds no tools to build or fetch programs', async () => {
    for (const tool of ['gcc', 'g++', 'make', 'python3', 'npm', 'npx', 'curl']) {
      await assert.rejects(inSandbox('sh', '-c', `command -v ${tool}`), tool);
    }
  });

  test('finds in each container its own folder of secrets and no other', async () => {
    const own: Readonly<Record<string, readonly string[]>> = { consumer: ['consumer'], annotate: ['annotate'] };
    for (const service of Object.keys(DOCUMENTED)) {
      const [container = ''] = await stack.containers(service);
      const mounts = JSON.parse(await stack.docker('inspect', '--format', '{{json .Mounts}}', container));
      const secrets = mounts.map(({ Destination }: { Destination: string }) => Destination.split('/run/secrets')[1]);
      const found = secrets.filter((path: string | undefined) => path !== undefined);
      assert.deepEqual(
        found,
        (own[service] ?? []).map((name) => `/${name}`),
        service,
      );
    }
  });

  test('finds Lasair’s token in the annotate stage alone, and not on any page, in a log or in an image', async () => {
    for (const service of Object.keys(DOCUMENTED)) {
      const [container = ''] = await stack.containers(service);
      const environment = await stack.docker('inspect', '--format', '{{json .Config.Env}}', container);
      assert.equal(environment.includes(TOKEN), service === 'annotate', service);
      // The sandbox itself shows the token that it accepts.
      if (service === 'sandbox') continue;
      assert.ok(!(await stack.docker('logs', container)).includes(TOKEN), `log of ${service}`);
    }
    for (const service of ['consumer', 'feature', 'predict', 'annotate', 'console']) {
      const page = `fetch('http://${service}:9464/metrics').then(async (a) => process.stdout.write(await a.text()))`;
      const metrics = await inSandbox('node', '-e', page);
      assert.match(metrics, /^lvra_/m);
      assert.ok(!metrics.includes(TOKEN), `metrics of ${service}`);
    }
    const history = await stack.docker('history', '--no-trunc', 'lvra-stream/annotate');
    assert.ok(!history.includes(TOKEN));
  });

  test('finds no .env in the image', async () => {
    const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    assert.ok(ignored.includes('.env') && ignored.includes('secrets'));
    await assert.rejects(inSandbox('sh', '-c', 'ls /app/.env /app/secrets'));
  });

  test('finds images of less than 350 MB', async (context) => {
    for (const service of ['cli', 'consumer', 'feature', 'predict', 'annotate', 'console']) {
      const bytes = Number(await stack.docker('image', 'inspect', '--format', '{{.Size}}', `lvra-stream/${service}`));
      context.diagnostic(`lvra-stream/${service}: ${(bytes / 1e6).toFixed(0)} MB`);
      assert.ok(bytes < 350e6, `${service}: ${bytes}`);
    }
  });
});
