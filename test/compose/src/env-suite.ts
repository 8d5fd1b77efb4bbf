import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { Stack } from './stack.js';

/** The error of `up`, which must fail. */
async function refusalOf(stack: Stack): Promise<string> {
  try {
    await stack.compose('up', '-d', 'nats');
  } catch (error) {
    const said = (error as { stderr: string }).stderr;
    return `${said}${await stack.compose('logs', '--no-color', 'prepare').catch(() => '')}`;
  }
  throw new Error('it came up');
}

describe('an .env with a mistake', () => {
  const mistakes = [
    [
      'names, numbers and addresses',
      { LASAIR_LSST_DEV_TOKN: 'x', LVRA_BATCH_SECONDS: 'soon', LVRA_UID: 0, GRAFANA_LISTEN: 3000 },
      [
        /\.env:\d+: LASAIR_LSST_DEV_TOKN is not a setting: did you mean/,
        /LVRA_BATCH_SECONDS is "soon"/,
        /LVRA_UID is "0"/,
        /GRAFANA_LISTEN is "3000": write ADDRESS:PORT/,
      ],
    ],
    ['no token', { LASAIR_LSST_DEV_TOKEN: '' }, [/LASAIR_LSST_DEV_TOKEN is empty: write your Lasair token/]],
    [
      'the demonstration model at Lasair',
      { LVRA_PROFILE: 'production', LASAIR_LSST_TOKEN: 'x', LVRA_ENDPOINT: 'https://lasair.lsst.ac.uk/api' },
      [/the demonstration model must not annotate at .*LVRA_DRY_RUN=yes, or LVRA_R0B_ANNOTATE=no/],
    ],
  ] as const;
  for (const [index, [what, settings, patterns]] of mistakes.entries()) {
    test(`${what} stops the start with an error about it`, async () => {
      const stack = await Stack.make(`lvra-env-${process.pid}-${index}`, settings);
      try {
        const said = await refusalOf(stack);
        for (const pattern of patterns) assert.match(said, pattern);
        assert.deepEqual(await stack.containers('nats'), []);
      } finally {
        await stack.remove();
      }
    });
  }

  test('an .env that is not there is asked for', async () => {
    const stack = await Stack.make(`lvra-env-${process.pid}-none`, { LVRA_DATA_ROOT: '' });
    appendFileSync(stack.envFile, 'COMPOSE_PROFILES=\n');
    await assert.rejects(stack.compose('config'), /copy \.env\.example to \.env and fill it in/);
  });
});

/** compose 1.29 takes the services in an order that its hash seed decides, and asks a registry for an image that is not built yet. */
test('every image of the project is built here in any order, and replicas are as .env says', async () => {
  const stack = await Stack.make(`lvra-env-${process.pid}-config`, { LVRA_PREDICT_REPLICAS: 3 });
  try {
    const retryWhileBusy = Array.from({ length: 2 }, async (_, first) => {
      for (let seed = first; seed < 24; seed += 2) {
        const { services } = parse(await stack.config(seed)) as Configured;
        for (const [name, { image, build }] of Object.entries(services)) {
          if (image?.startsWith('lvra-stream/')) assert.ok(build, `${name} is not built with hash seed ${seed}`);
        }
        assert.equal(Number(services.predict?.scale), 3);
        assert.equal(services.predict?.environment?.LVRA_REPLICAS_EXPECTED, '3');
      }
    });
    await Promise.all(retryWhileBusy);
  } finally {
    await stack.remove();
  }
});

interface Configured {
  readonly services: Readonly<
    Record<
      string,
      { image?: string; build?: unknown; scale?: number | string; environment?: Readonly<Record<string, string>> }
    >
  >;
}
