import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import { type FaultWorld, SERVICES } from '../../fault-world.js';
import { untilNotReady, untilReady } from '../../readiness.js';

/** The first stem with this status. */
async function stemWith(world: FaultWorld, table: string, status: number): Promise<string | undefined> {
  return (await world.values<string>(`SELECT stem FROM ${table} WHERE r0b = ? ORDER BY stem LIMIT 1`, status))[0];
}

async function waitForStem(world: FaultWorld, table: string, status: number): Promise<string> {
  let stem: string | undefined;
  await world.until(`a stem has status ${status} in ${table}`, async () => {
    stem = await stemWith(world, table, status);
    return stem !== undefined;
  });
  return stem!;
}

/** Lets stems pile up before a stage that does not run yet. */
async function pileUp(world: FaultWorld, before: (typeof SERVICES)[number], table: string): Promise<string> {
  for (const name of SERVICES.slice(0, SERVICES.indexOf(before))) await world.start(name);
  await world.load.send(100, 60);
  return waitForStem(world, table, 1);
}

/** Root may read and write anything; a root without these obeys the permissions like any other user. */
const OBEYS_PERMISSIONS = ['--bounding-set=-dac_override,-dac_read_search'];

const FEW_FILES_MS = 8_000;
/** With the ledger on a server a file may be one of another host that is not visible here yet. */
const FAILS_WITHIN_MS = 150_000;

/** Limits the open files of a running process, or restores the limit. */
function limitFiles(world: FaultWorld, name: string, limit: string): void {
  execFileSync('prlimit', ['--pid', String(world.service(name).pid), `--nofile=${limit}:`]);
}

export const cases: FaultCase[] = [
  {
    name: 'disk-no-more-files',
    fault: `the services can open no more files (EMFILE) for ${FEW_FILES_MS / 1000} s`,
    async run(world) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      await world.untilAnnotated(20);
      const limit = execFileSync('bash', ['-c', 'ulimit -Sn'], { encoding: 'utf8' }).trim();
      // The consumer last: stages that have nothing to do open no files.
      const stages = SERVICES.filter((name) => name !== 'consumer');
      for (const name of stages) limitFiles(world, name, '1');
      const said = /no more files can be opened .*raise the limit/;
      await world.until('a stage says that no more files can be opened', () =>
        stages.some((name) => said.test(world.service(name).lines.join('\n'))),
      );
      limitFiles(world, 'consumer', '1');
      await world.injected(SERVICES.length);
      await sleep(FEW_FILES_MS);
      for (const name of SERVICES) limitFiles(world, name, limit);
      over.abort();
      await load;
      world.faultEnded();
      await untilReady(world, SERVICES);
      assert.equal(await world.count('SELECT count(*) FROM work WHERE attempts > 1'), 0, 'no attempt counts');
    },
  },
  {
    name: 'disk-batch-truncated',
    fault: 'a batch file is truncated; it is restored, then lvra retry',
    async run(world) {
      await world.start('consumer');
      await world.load.send(100, 60);
      const stem = await waitForStem(world, 'feature_making', 0);
      const path = world.paths.batch(stem);
      copyFileSync(path, `${path}.copy`);
      truncateSync(path, Math.floor(statSync(path).size / 2));
      await world.injected();
      await world.startAll();
      const failed = async () => (await stemWith(world, 'feature_making', 23)) === stem;
      await world.until('its stem failed', failed, FAILS_WITHIN_MS);
      await world.untilAnnotated(80);
      const verified = await world.lvra('verify');
      assert.notEqual(verified.code, 0, 'verify has nothing against a truncated batch file');
      assert.match(verified.stdout + verified.stderr, new RegExp(stem));
      renameSync(`${path}.copy`, path);
      const retried = await world.lvra('retry', stem);
      // It may have become due in the meantime.
      assert.ok(retried.code === 0 || /is done/.test(retried.stderr), retried.stderr);
      world.faultEnded();
    },
  },
  {
    name: 'disk-csv-removed',
    fault: 'a feature file is removed; lvra retry makes it again',
    async run(world) {
      const stem = await pileUp(world, 'predict', 'feature_making');
      rmSync(world.paths.features(stem));
      await world.injected();
      await world.startAll();
      const failed = async () => (await stemWith(world, 'predict', 21)) === stem;
      await world.until('its stem failed', failed, FAILS_WITHIN_MS);
      const feature = await world.lvra('retry', stem, '--stage', 'feature', '--force');
      assert.equal(feature.code, 0, feature.stderr);
      await world.until(
        'the feature file is there again',
        async () => (await stemWith(world, 'feature_making', 0)) === undefined,
        90_000,
      );
      const predict = await world.lvra('retry', '--failed', '--stage', 'predict');
      assert.equal(predict.code, 0, predict.stderr);
      world.faultEnded();
    },
  },
  {
    name: 'disk-permissions',
    fault: 'the folders of the feature files may not be written to any more',
    async run(world) {
      await world.startAll({ setpriv: OBEYS_PERMISSIONS });
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      const [first] = readdirSync(`${world.root}/csv`, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.csv'),
      );
      const night = dirname(`${world.root}/csv/${first}`);
      const folders = [night, dirname(night), `${world.root}/csv`];
      for (const folder of folders) chmodSync(folder, 0o500);
      await world.injected();
      await untilNotReady(world, 'feature', /the disk takes no writes \(EACCES/);
      await sleep(6_000);
      assert.equal(await world.count('SELECT count(*) FROM work WHERE attempts > 1'), 0, 'attempts were counted');
      for (const folder of folders) chmodSync(folder, 0o755);
      await untilReady(world, SERVICES);
      over.abort();
      await load;
      world.faultEnded();
    },
  },
];
