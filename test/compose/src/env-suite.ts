import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Stack } from './stack.js';

/** What `up` says, which fails. */
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
    ['a misspelt name', 'LASAIR_LSST_DEV_TOKN=x', /\.env:\d+: LASAIR_LSST_DEV_TOKN is no setting: did you mean/],
    ['no token', 'LASAIR_LSST_DEV_TOKEN=', /LASAIR_LSST_DEV_TOKEN is empty: write your Lasair token/],
    ['a number that is none', 'LVRA_BATCH_SECONDS=soon', /LVRA_BATCH_SECONDS is "soon"/],
    ['root as the owner of the data', 'LVRA_UID=0', /LVRA_UID is "0"/],
  ] as const;
  for (const [index, [what, line, complaint]] of mistakes.entries()) {
    test(`${what} stops the start with a word about it`, async () => {
      const [name = '', value = ''] = line.split('=');
      const stack = await Stack.make(`lvra-env-${process.pid}-${index}`, { [name]: value });
      try {
        assert.match(await refusalOf(stack), complaint);
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
