import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService } from '@lvra/test-servers/service';
import { usageOf } from '../process-usage.js';
import { percentile } from '../statistics.js';
import { PipelineWorld, SERVICES } from './pipeline-world.js';
import { finish, table, verdict } from './report.js';

const TIMES = 10;
const OBJECTIVE = 1;
const LOOK_EVERY_MS = 5;

/** From the start of each service's process until it is ready, with Kafka and NATS there. */
export async function start(): Promise<void> {
  const world = await PipelineWorld.make();
  try {
    const rows: string[][] = [];
    const verdicts: string[] = [];
    for (const name of SERVICES) {
      const seconds = new Float64Array(TIMES);
      let cpuMs = 0;
      for (let time = 0; time < TIMES; time++) {
        const begun = performance.now();
        const service = await startService(name, world.environment, { ready: 'started' });
        while (!(await isReady(service.url))) {
          if (!service.alive) throw new Error(`${name} ended:\n${service.lines.join('\n')}`);
          await sleep(LOOK_EVERY_MS);
        }
        seconds[time] = (performance.now() - begun) / 1_000;
        cpuMs += usageOf(service.pid).cpuMs / TIMES;
        await service.end();
      }
      seconds.sort();
      const figures = [0, 0.5, 1].map((share) => percentile(seconds, share).toFixed(2));
      rows.push([name, ...figures, cpuMs.toFixed(0)]);
      verdicts.push(verdict(`${name}, median of ${TIMES}`, percentile(seconds, 0.5), OBJECTIVE, 's', true));
    }
    finish([table(['service', 'quickest s', 'median s', 'slowest s', 'CPU ms'], rows), ...verdicts], []);
  } finally {
    await world.end();
  }
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/readyz`, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}
