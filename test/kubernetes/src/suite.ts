import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadSettings } from '@lvra/config';
import type { LedgerServer } from '@lvra/core';
import { Metrics, serveHealth } from '@lvra/telemetry';
import { parse } from 'yaml';
import { type Container, type KubernetesObject, objectsOf, type PodTemplate, rendered, selects } from './objects.js';
import { faultsOf, writeDefinitions } from './schemas.js';

const ROOT = new URL('../../../', import.meta.url);
const SERVICES = ['consumer', 'feature', 'predict', 'annotate'];
/** Services that an operator sees by their pods alone, and the one that people open. */
const PODS = [...SERVICES, 'console'];
/** Of collectors, by custom: whether there is one, an overlay says. */
const OTLP_PORT = 4318;
const compose = parse(readFileSync(new URL('docker-compose.yml', ROOT), 'utf8'), { merge: true });

const definitions = writeDefinitions();
const folder = mkdtempSync(join(tmpdir(), 'lvra-kubernetes-'));
after(() => {
  rmSync(definitions, { recursive: true });
  rmSync(folder, { recursive: true });
});

const texts = Object.fromEntries(
  ['base', 'overlays/three-hosts', 'overlays/gpu'].map((name) => [name, rendered(name)] as const),
);

test('a key that is misspelt in any kind is refused', () => {
  const text = texts['overlays/gpu'] ?? '';
  for (const [kind, right, wrong] of [
    ['Deployment', 'readinessProbe:', 'readynessProbe:'],
    ['CronJob', 'concurrencyPolicy:', 'concurencyPolicy:'],
    ['PodDisruptionBudget', 'minAvailable:', 'minAvailabel:'],
    ['NetworkPolicy', 'podSelector:', 'podSelectors:'],
    ['ScaledObject', 'minReplicaCount:', 'minReplicas:'],
    ['PodMonitor', 'jobLabel:', 'jobLabels:'],
    ['PrometheusRule', 'expr:', 'expression:'],
  ] as const) {
    const document = text.split('\n---\n').find((each) => each.includes(`\nkind: ${kind}\n`)) ?? '';
    assert.ok(document.includes(right), `${kind} has no ${right}`);
    const faults = faultsOf(document.replace(right, wrong), definitions).join();
    assert.ok(faults.startsWith(kind) && faults.includes(`additional properties '${wrong.slice(0, -1)}'`), faults);
  }
});

for (const [name, text] of Object.entries(texts)) {
  describe(`deploy/kubernetes/${name}`, () => {
    const objects = objectsOf(text);
    const ofKind = (kind: string) => objects.filter((each) => each.kind === kind);
    const templates = new Map<string, PodTemplate>([
      ...ofKind('Deployment').map(({ metadata, spec }) => [metadata.name, spec.template] as const),
      ...ofKind('CronJob').map(({ metadata, spec }) => [metadata.name, spec.jobTemplate.spec.template] as const),
    ]);
    const service = (stage: string) => templates.get(stage) ?? assert.fail(`there is no ${stage}`);

    test('is what Kubernetes, KEDA and the Prometheus Operator take', () => {
      assert.deepEqual(faultsOf(text, definitions), []);
      assert.deepEqual([...templates.keys()].sort(), [
        'annotate',
        'console',
        'consumer',
        'feature',
        'predict',
        'prune',
      ]);
    });

    test('gives every process settings that it accepts without a warning', () => {
      const processes = [...templates].flatMap(([stage, template]) => {
        const { containers, initContainers = [] } = template.spec;
        assert.deepEqual(
          initContainers.map(({ args }) => args),
          stage === 'prune' ? [] : [['init']],
        );
        const before = initContainers.map((container) => ['init', template, container] as const);
        return [...before, [stage, template, containers[0]] as const];
      });
      for (const [stage, template, container] of processes) {
        const settings = loadSettings({ environment: environmentOf(template, ofKind('ConfigMap'), container) });
        const { hosts, password, tls } = settings.ledger as LedgerServer;
        assert.deepEqual(settings.warnings, []);
        assert.ok(hosts.length > 0 && tls?.ca);
        assert.deepEqual([password?.(), settings.nats.account?.password?.()], ['secret', 'secret']);
        assert.deepEqual(
          [settings.nats.replicas, settings.nats.tls !== undefined],
          name === 'base' ? [1, false] : [3, true],
        );
        assert.equal(settings.token !== undefined, stage === 'annotate', 'annotate alone knows Lasair’s token');
        assert.equal(settings.console.auth.kind, stage === 'console' ? 'password' : 'none');
      }
    });

    test('probes and scrapes the port on which services answer, at paths that are there', async () => {
      const notReady = () => [];
      const health = await serveHealth({ host: '127.0.0.1', port: 0, metrics: new Metrics('predict'), notReady });
      try {
        for (const stage of PODS) {
          const template = service(stage);
          const [container] = template.spec.containers;
          const { LVRA_HEALTH_PORT } = environmentOf(template, ofKind('ConfigMap'));
          const health = container.ports?.filter((each) => each.name === 'health');
          assert.deepEqual(health, [{ name: 'health', containerPort: Number(LVRA_HEALTH_PORT) }]);
          const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
          assert.deepEqual(
            probes.map((probe) => probe?.httpGet),
            ['/healthz', '/healthz', '/readyz'].map((path) => ({ path, port: 'health' })),
          );
        }
        const scraped = ofKind('PodMonitor').flatMap(({ spec }) => spec.podMetricsEndpoints);
        for (const { port, path } of [
          ...scraped,
          { port: 'health', path: '/healthz' },
          { port: 'health', path: '/readyz' },
        ]) {
          assert.equal(port, 'health');
          assert.equal((await fetch(`http://127.0.0.1:${health.port}${path}`)).status, 200, path);
        }
      } finally {
        await health.close();
      }
    });

    test('runs nothing as root, gives no privilege and no writable root, and lets a stem be finished', () => {
      for (const { spec } of templates.values()) {
        const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext as Record<string, unknown>;
        assert.deepEqual([runAsNonRoot, runAsUser, seccompProfile], [true, 1000, { type: 'RuntimeDefault' }]);
        for (const { securityContext } of [...spec.containers, ...(spec.initContainers ?? [])]) {
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          });
        }
      }
      for (const stage of PODS) {
        const grace = `${service(stage).spec.terminationGracePeriodSeconds}s`;
        assert.equal(grace, compose.services[stage].stop_grace_period);
      }
    });

    test('limits memory as compose does, but for CUDA', () => {
      for (const stage of PODS) {
        const { memory, ...others } = service(stage).spec.containers[0].resources.limits;
        if ('nvidia.com/gpu' in others) assert.equal(stage, 'predict');
        else assert.equal(memory, compose.services[stage].mem_limit.replace('m', 'Mi'));
      }
    });

    test('keeps one of each service while a host is emptied, and two of them apart', () => {
      for (const stage of SERVICES) {
        const { labels } = service(stage).metadata;
        const budgets = ofKind('PodDisruptionBudget').filter(({ spec }) => selects(spec.selector, labels));
        assert.deepEqual(
          budgets.map(({ metadata, spec }) => [metadata.name, spec.minAvailable]),
          [[stage, 1]],
        );
        const constraints = service(stage).spec.topologySpreadConstraints;
        const unsatisfiable = name === 'base' ? 'ScheduleAnyway' : 'DoNotSchedule';
        assert.deepEqual(
          constraints.map(({ topologyKey, whenUnsatisfiable }) => [topologyKey, whenUnsatisfiable]),
          [['kubernetes.io/hostname', unsatisfiable]],
        );
        for (const { labelSelector, matchLabelKeys } of constraints) {
          assert.ok(selects(labelSelector, labels));
          for (const key of matchLabelKeys) assert.ok(key in labels || key === 'pod-template-hash');
        }
      }
    });

    test('refuses all connections but those that a service needs', () => {
      for (const [stage, { metadata }] of templates) {
        const policies = ofKind('NetworkPolicy').filter(({ spec }) => selects(spec.podSelector, metadata.labels));
        const isDenied = ({ spec }: KubernetesObject) => !spec.ingress && !spec.egress && spec.policyTypes.length === 2;
        assert.ok(policies.some(isDenied), `${stage} is open`);
        const ports = (direction: 'ingress' | 'egress') =>
          policies
            .flatMap(({ spec }) => spec[direction] ?? [])
            .flatMap((rule) => rule.ports.map(({ port }: { port: number }) => port))
            .sort((a, b) => a - b);
        const settings = loadSettings({ environment: environmentOf(service(stage), ofKind('ConfigMap')) });
        const { hosts } = settings.ledger as LedgerServer;
        const portOf = (address: string) => Number(address.split(':').at(-1));
        const needed = new Set([53, ...hosts.map(({ port }) => port)]);
        if (SERVICES.includes(stage)) for (const server of settings.nats.servers) needed.add(portOf(server));
        if (stage === 'consumer') needed.add(portOf(String(settings.kafkaServer)));
        if (stage === 'annotate') needed.add(Number(new URL(settings.endpoint ?? '').port || 443));
        if (stage === 'console') needed.add(OTLP_PORT);
        assert.deepEqual(
          [...new Set(ports('egress'))],
          [...needed].sort((a, b) => a - b),
          stage,
        );
        const open = stage === 'prune' ? [] : [settings.healthPort];
        assert.deepEqual(ports('ingress'), stage === 'console' ? [settings.console.port, ...open] : open);
      }
    });

    test('leads people to the console, which reads the data and writes nothing there', () => {
      const { metadata, spec } = service('console');
      const [container] = spec.containers;
      const { console } = loadSettings({ environment: environmentOf(service('console'), ofKind('ConfigMap')) });
      const [pages, ...others] = ofKind('Service');
      assert.deepEqual(others, []);
      assert.ok(selects({ matchLabels: pages?.spec.selector }, metadata.labels));
      const port = container.ports?.find((each) => each.name === pages?.spec.ports[0].targetPort);
      assert.deepEqual([port?.containerPort, console.host], [console.port, '0.0.0.0']);
      const data = container.volumeMounts.find(({ mountPath }) => mountPath === '/data');
      assert.equal(data?.readOnly, true);
    });

    test('scales the stages that compute by what pends at them, in the namespace that they are in', () => {
      const metrics = readFileSync(new URL('docs/metrics.md', ROOT), 'utf8');
      for (const { metadata, spec } of ofKind('ScaledObject')) {
        const deployment = ofKind('Deployment').find((each) => each.metadata.name === spec.scaleTargetRef.name);
        assert.equal(deployment?.spec.replicas, undefined, 'a number of its own would set KEDA’s back');
        assert.ok(spec.minReplicaCount >= 2 && spec.maxReplicaCount > spec.minReplicaCount);
        const { query } = spec.triggers[0].metadata;
        const [, metric = '', namespace, stage] = /\((\w+)\{namespace="(.*)", stage="(.*)"\}/.exec(query) ?? [];
        assert.deepEqual([namespace, stage], [deployment?.metadata.namespace, metadata.name]);
        assert.ok(metrics.includes(`\`${metric}{stage,vra}\``), metric);
      }
      const scaled = ofKind('ScaledObject').map(({ metadata }) => metadata.name);
      assert.deepEqual(scaled, name === 'base' ? [] : ['feature', 'predict']);
    });
  });
}

test('on hosts with GPUs predict alone has one, each pod its own, and is let onto them', () => {
  const deployments = objectsOf(texts['overlays/gpu'] ?? '').filter(({ kind }) => kind === 'Deployment');
  for (const { metadata, spec } of deployments) {
    const { containers, tolerations } = (spec.template as PodTemplate).spec;
    const isPredict = metadata.name === 'predict';
    assert.equal(containers[0].resources.limits['nvidia.com/gpu'], isPredict ? '1' : undefined);
    assert.equal(
      tolerations?.some(({ key }) => key === 'nvidia.com/gpu'),
      isPredict,
    );
    assert.ok(
      tolerations?.some(({ key }) => key === 'node.kubernetes.io/unreachable'),
      'a lost host is noticed',
    );
    assert.equal(spec.strategy.rollingUpdate.maxSurge, isPredict ? 0 : 1);
  }
});

/** What a container's process has in its environment; paths of the volumes and secrets lead to files of this test. */
function environmentOf(
  { spec }: PodTemplate,
  configMaps: readonly KubernetesObject[],
  container: Container = spec.containers[0],
): Record<string, string> {
  const settings = container.envFrom.map(
    ({ configMapRef }) => configMaps.find(({ metadata }) => metadata.name === configMapRef.name)?.data,
  );
  const own = (container.env ?? []).map(({ name, value }) => [name, value] as const);
  const all = { ...Object.assign({}, ...settings), ...Object.fromEntries(own) } as Record<string, string>;
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => {
      if (!value.startsWith('/')) return [name, value];
      const mount = container.volumeMounts.find(
        ({ mountPath }) => value === mountPath || value.startsWith(`${mountPath}/`),
      );
      assert.ok(mount, `${name}: nothing is mounted at ${value}`);
      const volume = spec.volumes.find((each) => each.name === mount.name);
      assert.ok(volume, `there is no volume ${mount.name}`);
      assert.equal(/^\/run\/secrets\//.test(value), volume.secret !== undefined, `${name} is no secret`);
      return [name, fileOfTest(value)];
    }),
  );
}

function fileOfTest(path: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  if (path.endsWith('.yaml')) copyFileSync(new URL('deploy/settings/vras/r0b.yaml', ROOT), file);
  else if (path.endsWith('.crt')) writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  else if (path.startsWith('/run/secrets/')) writeFileSync(file, 'secret');
  return file;
}
