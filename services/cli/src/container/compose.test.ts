import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readEnvFile } from './env-file.js';
import { composeIssues, consoleEnvironment, settingsIssues } from './prepare.js';

const ROOT = new URL('../../../../', import.meta.url);
const EXAMPLE = fileURLToPath(new URL('.env.example', ROOT));

interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly scale?: string;
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
}

const { services } = parse(readFileSync(new URL('docker-compose.yml', ROOT), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const STAGES = ['consumer', 'feature', 'predict', 'annotate'] as const;

describe('docker-compose.yml', () => {
  test('builds every image of ours, so that none is looked for in the world', () => {
    const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('lvra-stream/'));
    assert.deepEqual(
      ours.filter(([, { build }]) => build === undefined).map(([name]) => name),
      [],
    );
    assert.ok(ours.length >= STAGES.length + 4);
  });

  test('starts as many replicas as .env says, and tells each service how many they are', () => {
    for (const stage of STAGES) {
      const number = `\${LVRA_${stage.toUpperCase()}_REPLICAS:-1}`;
      const { scale, environment } = services[stage] ?? {};
      assert.deepEqual([scale, environment?.LVRA_REPLICAS_EXPECTED], [number, number]);
    }
  });
});

describe('the console in docker-compose.yml', () => {
  const { environment = {}, volumes = [] } = services.console ?? {};
  const first = { LVRA_DATA_ROOT: '/data', LASAIR_LSST_TOKEN: 'token', LVRA_DRY_RUN: 'yes' };

  test('knows no token, and can write nowhere', () => {
    const secret = /TOKEN|TNS|KAFKA_PASSWORD|NATS_PASSWORD/;
    assert.deepEqual(
      Object.entries(environment).filter(([name, value]) => secret.test(name) && value !== ''),
      [],
    );
    assert.ok(volumes.length >= 4);
    for (const volume of volumes) assert.match(volume, /:ro$/);
  });

  test('asks for a password or a proxy’s word, and nothing else in .env opens it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvra-env-'));
    try {
      const password = join(folder, 'password');
      writeFileSync(password, 'correct-horse');
      const issues = (values: Record<string, string>) =>
        settingsIssues({ ...first, ...values, ...consoleEnvironment(values, password) });
      assert.deepEqual(issues({}), []);
      assert.deepEqual(issues({ LVRA_CONSOLE_AUTH: 'proxy', LVRA_CONSOLE_TRUSTED_PROXIES: '172.16.0.0/12' }), []);
      assert.match(issues({ LVRA_CONSOLE_AUTH: 'none' }).join(), /console_listen is 0\.0\.0\.0:8470.*console_auth/);
      assert.match(issues({ LVRA_CONSOLE_AUTH: 'proxy' }).join(), /console_trusted_proxies/);
      for (const [name, value] of Object.entries(consoleEnvironment({}, '/run/lvra/console/password'))) {
        const given = environment[name]?.replace(/^\$\{\w+:-(.*)\}$/, '$1');
        assert.equal(given, value, `compose and prepare have another ${name}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what compose would take and nobody meant', () => {
  test('a port for Grafana without an address is refused, because Docker opens it to every network', () => {
    for (const value of ['3000', ':3000', 'localhost']) {
      assert.match(composeIssues({ GRAFANA_LISTEN: value }).join(), /write ADDRESS:PORT, such as 127\.0\.0\.1:3000/);
    }
    for (const value of ['127.0.0.1:3000', '[::1]:3001', '']) {
      assert.deepEqual(composeIssues({ GRAFANA_LISTEN: value }), []);
    }
  });

  test('an address for the links in alerts that is none is refused', () => {
    assert.match(composeIssues({ PROMETHEUS_URL: 'server:9090' }).join(), /write http:\/\/… or https:/);
    assert.deepEqual(composeIssues({ ALERTMANAGER_URL: 'https://alerts.example.org' }), []);
  });

  test('a number of replicas that is none is refused', () => {
    for (const value of ['0', 'two', '-1']) {
      assert.match(composeIssues({ LVRA_PREDICT_REPLICAS: value }).join(), /LVRA_PREDICT_REPLICAS is .* 1 at least/);
    }
    assert.deepEqual(composeIssues({ LVRA_PREDICT_REPLICAS: '4' }), []);
  });
});

test('the demonstration model at Lasair is refused before anything starts, and all that is advised can be done in .env', () => {
  const first = { LVRA_DATA_ROOT: '/data', LASAIR_LSST_TOKEN: 'token' };
  const [issue = '', ...others] = settingsIssues(first);
  assert.deepEqual(others, []);
  assert.match(issue, /the demonstration model must not annotate at https:\/\/lasair\.lsst\.ac\.uk\/api/);
  const advised = issue.match(/\bL[A-Z0-9_]+=\w+/g) ?? [];
  assert.deepEqual(advised, ['LVRA_DRY_RUN=yes', 'LVRA_R0B_ANNOTATE=no']);
  // The team's model.
  const model = ['LVRA_R0B_MODEL_PATH=/app/models/r0b_a1.onnx', 'LVRA_R0B_MODEL_VERSION=a1'];

  const folder = mkdtempSync(join(tmpdir(), 'lvra-env-'));
  try {
    for (const lines of [...advised.map((line) => [line]), model]) {
      const path = join(folder, 'env');
      writeFileSync(path, `LASAIR_LSST_TOKEN=token\n${lines.join('\n')}\n`);
      const { values, issues } = readEnvFile(path, '.env', EXAMPLE);
      assert.deepEqual(issues, []);
      assert.deepEqual(settingsIssues({ ...first, ...values }), []);
      for (const name of lines.map((line) => line.split('=')[0] ?? '')) {
        const reached = STAGES.filter((stage) => name in (services[stage]?.environment ?? {}));
        assert.deepEqual(reached, [...STAGES], `${name} does not reach every service`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
