import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stack } from './stack.js';

/** The survey's requirement: 10,000 alerts every 39 s. */
const ALERTS_A_SECOND = 250;
const SECONDS = 80;

describe('the survey’s whole stream through docker compose', () => {
  let stack: Stack;
  before(async () => {
    stack = await Stack.make(`lvra-stream-${process.pid}`, {
      SIMULATE_COUNT: ALERTS_A_SECOND * SECONDS,
      SIMULATE_RATE: ALERTS_A_SECOND,
    });
    await stack.compose('build');
    await stack.compose('up', '-d');
  });
  after(() => stack.remove());

  test('99 % of the alerts are annotated within 60 s', async (context) => {
    await sleep((SECONDS + 15) * 1_000);
    const one = async (expression: string) => Number((await stack.query(expression))[0]?.value[1]);
    const sum = (what: string) => `sum(lvra_annotation_latency_seconds_${what})`;
    const total = await one(sum('count'));
    const within = (await one(sum('bucket{le="60"}'))) / total;
    for (const quantile of [0.5, 0.99]) {
      const latency = `histogram_quantile(${quantile}, sum by (le) (lvra_annotation_latency_seconds_bucket))`;
      context.diagnostic(`${100 * quantile} % within ${(await one(latency)).toFixed(1)} s`);
    }
    context.diagnostic(`${total} annotations, ${(100 * within).toFixed(2)} % within 60 s`);
    assert.ok(total > ALERTS_A_SECOND * SECONDS * 0.5, `only ${total} annotations came about`);
    assert.ok(within >= 0.99, `${within}`);
  });
});
