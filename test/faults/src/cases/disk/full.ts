import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../../fault-case.js';
import { type FaultWorld, SERVICES } from '../../fault-world.js';
import { untilNotReady, untilReady } from '../../readiness.js';
import { mountVolume, type Volume } from '../../small-volume.js';

const STAGES = ['feature', 'predict', 'annotate'] as const;

/** How long the disk stays full once every service has noticed. */
const FULL_FOR_MS = 6_000;

/**
 * Fills a volume under load, several times at random instants, so that it is full for every kind of write.
 *
 * @param whileFull must be true before space is freed again
 */
async function fillUnderLoad(
  world: FaultWorld,
  volume: Volume,
  rounds: number,
  pauseMs: () => number,
  whileFull: () => Promise<void>,
): Promise<void> {
  await world.startAll();
  const over = new AbortController();
  const load = world.load.stream(40, over.signal);
  await world.untilAnnotated(20);
  for (let round = 0; round < rounds; round++) {
    await sleep(pauseMs());
    volume.fill();
    await world.injected();
    await whileFull();
    await sleep(FULL_FOR_MS);
    volume.empty();
    await untilReady(world, SERVICES);
  }
  over.abort();
  await load;
  assert.ok(SERVICES.every((name) => world.service(name).alive, world.lastOutput()));
  world.faultEnded();
}

/** A volume of its own for one folder: the service and the message that must report it. */
const FOLDERS = [
  ['JSON', 'the batch files', 'consumer', /a batch of \d+ alerts cannot be written: ENOSPC/],
  ['csv', 'the feature files', 'feature', /the disk takes no writes \(ENOSPC/],
  [
    'db',
    'the ledger, as the consumer meets it',
    'consumer',
    /cannot be written: the ledger .*database or disk is full.*make room/,
  ],
] as const;

export const cases: FaultCase[] = [
  {
    name: 'disk-full-all',
    fault: 'no room left on the whole data volume',
    async run(world, random) {
      const volume = mountVolume(world, '', 48);
      await fillUnderLoad(
        world,
        volume,
        2,
        () => random.between(0, 1_000),
        async () => {
          await untilNotReady(world, 'consumer', /cannot be written/);
        },
      );
    },
  },
  ...FOLDERS.map(
    ([folder, what, service, reason]): FaultCase => ({
      name: `disk-full-${folder.toLowerCase()}`,
      ...(folder === 'db' && { ledger: 'sqlite' }),
      fault: `no room left for ${what}`,
      async run(world, random) {
        const volume = mountVolume(world, folder, 16);
        const seen = () => untilNotReady(world, service, reason);
        await fillUnderLoad(world, volume, 1, () => random.between(0, 1_000), seen);
      },
    }),
  ),
  {
    name: 'disk-full-ledger-of-a-stage',
    ledger: 'sqlite',
    fault: 'no room left for the ledger while stages have work',
    async run(world) {
      const volume = mountVolume(world, 'db', 8);
      await world.startAll();
      await world.load.send(40, 40);
      // All of them: a service that is stopped in a transaction would keep the consumer from registering any more.
      await world.untilAnnotated(40);
      world.service('feature').signal('SIGSTOP');
      await world.load.send(200, 100);
      const registered = async () => (await world.count('SELECT count(*) FROM feature_making WHERE r0b = 0')) >= 5;
      await world.until('stems wait for the feature stage', registered);
      volume.fill();
      await world.injected();
      world.service('feature').signal('SIGCONT');
      await untilNotReady(world, 'feature', /the ledger .* does not take writes|the disk takes no writes/);
      await sleep(FULL_FOR_MS);
      volume.empty();
      await untilReady(world, SERVICES);
      world.faultEnded();
    },
  },
  {
    name: 'disk-full-logs',
    fault: 'no room left for the log files: everything continues',
    async run(world, random) {
      const volume = mountVolume(world, 'logs', 1);
      await fillUnderLoad(
        world,
        volume,
        1,
        () => random.between(0, 500),
        async () => {
          const before = await world.count('SELECT count(*) FROM annotation_outcome');
          await world.untilAnnotated(before + 40);
        },
      );
    },
  },
  {
    name: 'disk-full-quarantine',
    fault: 'no room left for the bytes of bad alerts',
    async run(world) {
      const volume = mountVolume(world, 'quarantine', 1);
      await world.startAll();
      await world.load.send(40, 40);
      await world.untilAnnotated(20);
      volume.fill();
      await world.injected();
      await world.load.sendRaw([Buffer.from('no alert at all'), Buffer.from('{"diaObjectId": 1.5}')]);
      await world.load.send(20);
      await untilNotReady(world, 'consumer', /cannot be written: ENOSPC/);
      await sleep(FULL_FOR_MS);
      volume.empty();
      await untilReady(world, SERVICES);
      await world.until(
        'both bad messages are in quarantine',
        async () => (await world.count('SELECT count(*) FROM quarantine')) === 2,
      );
      world.faultEnded();
    },
  },
  {
    name: 'disk-read-only',
    fault: 'the volume of the batch and feature files goes read-only',
    async run(world) {
      const volumes = ['JSON', 'csv'].map((folder) => mountVolume(world, folder, 16));
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      // A process that is writing a file at this instant keeps the volume from changing.
      await world.until('the volumes are read-only', () => volumes.every((volume) => succeeds(volume.readOnly)));
      await world.injected();
      await untilNotReady(world, 'consumer', /cannot be written: EROFS/);
      await sleep(FULL_FOR_MS);
      for (const volume of volumes) volume.writable();
      await untilReady(world, SERVICES);
      over.abort();
      await load;
      world.faultEnded();
    },
  },
  {
    name: 'disk-gone',
    ledger: 'sqlite',
    fault: 'the data volume is taken away and comes back',
    async run(world) {
      const volume = mountVolume(world, '', 48);
      await world.startAll();
      const over = new AbortController();
      const load = world.load.stream(40, over.signal);
      await world.untilAnnotated(20);
      volume.detach();
      await world.injected();
      await untilNotReady(world, 'consumer', /log\.db is gone/);
      await sleep(FULL_FOR_MS);
      volume.attach();
      await untilReady(world, SERVICES);
      over.abort();
      await load;
      assert.deepEqual(
        STAGES.filter((name) => !world.service(name).alive),
        [],
        'a stage ended',
      );
      world.faultEnded();
    },
  },
];

function succeeds(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    // Busy; the caller tries again and says what it waits for.
    return false;
  }
}
