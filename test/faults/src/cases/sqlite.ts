import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '@lvra/ledger';
import { connectionOf, Sqlite } from '@lvra/ledger/testing/sqlite';
import { restore as restoreCopy } from '@lvra/operations';
import type { FaultCase } from '../fault-case.js';
import { type FaultWorld, SERVICES } from '../fault-world.js';
import { untilNotReady, untilReady } from '../readiness.js';

const LOCKED_FOR_MS = 30_000;
const POWER_CUTS = 20;

/** Copies the ledger as a power cut would leave it: at one instant, in the middle of writes. */
function copyAtOnce(world: FaultWorld, to: string): void {
  const running = [...world.services.values()].filter(({ alive }) => alive);
  for (const service of running) service.signal('SIGSTOP');
  for (const end of ['', '-wal']) {
    if (existsSync(world.paths.database + end)) copyFileSync(world.paths.database + end, to + end);
  }
  for (const service of running) service.signal('SIGCONT');
}

/** A copy at any instant must be whole, with no stage ahead of the previous one. */
async function assertConsistent(world: FaultWorld, path: string): Promise<void> {
  const ledger = await Ledger.open(path, ['r0b'], { create: false });
  try {
    const database = connectionOf(ledger);
    assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
    const none = (what: string, sql: string) => assert.deepEqual(database.prepare(sql).pluck().all(), [], what);
    none(
      'a stage is ahead of the previous one',
      `SELECT stem FROM annotating a JOIN predict p USING (stem) JOIN feature_making f USING (stem)
       WHERE (a.r0b IN (1, -1) AND p.r0b NOT IN (1, -1)) OR (p.r0b IN (1, -1) AND f.r0b NOT IN (1, -1))`,
    );
    none(
      'a scored stem has not one score a feature row',
      `SELECT stem FROM predict p WHERE r0b = 1 AND (SELECT count(*) FROM provenance s WHERE s.stem = p.stem)
       <> (SELECT count(*) FROM threshold_flags_provenance t WHERE t.stem = p.stem)`,
    );
    none(
      'an annotated stem has a score without an outcome',
      `SELECT a.stem FROM annotating a JOIN provenance s ON s.stem = a.stem
       LEFT JOIN annotation_outcome o ON o.provenance_ID = s.ID WHERE a.r0b IN (1, -1) AND o.outcome IS NULL`,
    );
    const stems = database.prepare('SELECT stem FROM batch WHERE registered_at IS NOT NULL').pluck().all() as string[];
    for (const stem of stems) assert.ok(existsSync(world.paths.batch(stem)), `${stem} is registered without its file`);
  } finally {
    await ledger.close();
  }
}

async function endAll(world: FaultWorld, signal: NodeJS.Signals): Promise<void> {
  await Promise.all([...world.services.values()].map((service) => service.end(signal)));
  await world.forgetLedger();
}

/** As an operator does it, all services being ended. */
async function restore(world: FaultWorld, copy: string): Promise<void> {
  await world.forgetLedger();
  await restoreCopy(world.paths, ['r0b'], copy);
}

function folderFor(world: FaultWorld): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-copies-'));
  world.atEnd(() => rmSync(folder, { recursive: true }));
  return folder;
}

export const cases: FaultCase[] = [
  {
    name: 'sqlite-locked',
    ledger: 'sqlite',
    fault: 'another process keeps the ledger locked for 30 s',
    async run(world) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(30, over.signal);
      await world.untilAnnotated(20);
      const other = new Sqlite(world.paths.database);
      other.exec('BEGIN EXCLUSIVE');
      await world.injected();
      await Promise.all([sleep(LOCKED_FOR_MS), untilNotReady(world, 'consumer', /database is locked/, LOCKED_FOR_MS)]);
      other.exec('ROLLBACK');
      other.close();
      await untilReady(world, SERVICES, 90_000);
      over.abort();
      await load;
      world.faultEnded();
    },
  },
  {
    name: 'sqlite-power-cut',
    ledger: 'sqlite',
    fault: 'copies of the ledger at random instants are whole; kill -9 of all, and the last copy is used',
    async run(world, random) {
      const folder = folderFor(world);
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(60, over.signal);
      await world.untilAnnotated(20);
      for (let copy = 0; copy < POWER_CUTS; copy++) {
        await sleep(random.between(20, 400));
        copyAtOnce(world, join(folder, `${copy}.db`));
        await world.injected();
        await assertConsistent(world, join(folder, `${copy}.db`));
      }
      over.abort();
      await load;
      const last = join(folder, 'last.db');
      copyAtOnce(world, last);
      await endAll(world, 'SIGKILL');
      await restore(world, last);
      world.faultEnded();
    },
  },
  {
    name: 'sqlite-log-removed',
    ledger: 'sqlite',
    fault: 'log.db-wal and log.db-shm are removed under running services: all end, and are started again',
    // The objects of a call whose end is not recorded stay reserved for 90 s.
    recoversWithinMs: 180_000,
    async run(world) {
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(40);
      // An open connection here would keep the last service from checkpointing the log.
      await world.forgetLedger();
      for (const end of ['-wal', '-shm']) rmSync(world.paths.database + end);
      world.injections.times++;
      const services = SERVICES.map((name) => world.service(name));
      await world.until('all have ended', () => services.every(({ alive }) => !alive), 30_000);
      for (const { name, lines } of services) {
        assert.match(lines.join('\n'), /log\.db-(wal|shm) was removed or replaced.*start this service again/, name);
      }
      await world.startAll();
      over.abort();
      await load;
      world.faultEnded();
    },
  },
  {
    name: 'sqlite-corrupt',
    ledger: 'sqlite',
    fault: 'a page of the ledger is damaged: the stages stop, and a backup is restored',
    async run(world) {
      const backup = join(folderFor(world), 'backup.db');
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(40);
      const backedUp = await world.lvra('backup', backup);
      assert.equal(backedUp.code, 0, backedUp.stderr);
      await world.untilAnnotated(100);
      over.abort();
      await load;
      await endAll(world, 'SIGTERM');
      damage(world.paths.database);
      await world.injected();
      assert.match(await lastOutputOf(world, 'feature'), /the ledger .* (is damaged|cannot be used).*malformed/);
      await restore(world, backup);
      // Annotating comes last, when all scores are there again: an older one must not go out before a newer one.
      for (const name of SERVICES.slice(0, 3)) await world.start(name);
      await world.until(
        'everything is scored again',
        async () => (await world.count('SELECT count(*) FROM provenance')) >= world.load.sent.length,
        150_000,
      );
      world.faultEnded();
    },
  },
];

/** Starts a service that must end by itself, before or after it is up. @returns what it printed */
async function lastOutputOf(world: FaultWorld, name: 'feature'): Promise<string> {
  const ended = await world.start(name, { ready: 'alive' }).catch((error: unknown) => String(error));
  if (typeof ended === 'string') return ended;
  await world.until(`${name} has ended`, () => !ended.alive);
  return ended.lines.join('\n');
}

/** Overwrites the page in which the feature stage finds its work. */
function damage(path: string): void {
  const database = new Sqlite(path);
  database.pragma('wal_checkpoint(TRUNCATE)');
  const pageSize = Number(database.pragma('page_size', { simple: true }));
  const root = Number(
    database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'feature_making_open_r0b'").pluck().get(),
  );
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(pageSize, 0x5a), 0, pageSize, (root - 1) * pageSize);
  closeSync(file);
  assert.ok(statSync(path).size > root * pageSize);
}
