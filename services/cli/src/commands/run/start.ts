import { loadSettings, type Settings } from '@lvra/config';
import { STAGES, type Stage, UsageError } from '@lvra/core';
import { Argument, Command } from 'commander';

const HELP = `
Runs one stage, or the console, as a service, beside the others and a NATS server (LVRA_NATS_SERVERS), until SIGTERM or SIGINT; the stem in
progress is finished first, a second signal ends it at once. Any number of them may run, of every stage. It logs to stdout,
as JSON, and to logs/YYYY/YYYYMMDD in the data folder, and answers /healthz, /readyz and /metrics on health_port.

Replicas of a service share its lock file in locks/; one ends with exit code 3 if \`lvra run\` or the Python cron
job holds it.

Examples:
  lvra start consumer
  LVRA_HEALTH_PORT=9475 lvra start feature --vra r0b
  lvra start console                    pages for people, at console_listen`;

/** Loaded when they are wanted: each brings libraries that take a while. */
const SERVICES = {
  feature: () => import('@lvra/feature'),
  predict: () => import('@lvra/predict'),
  annotate: () => import('@lvra/annotate'),
} as const;

export function startCommand(): Command {
  return new Command('start')
    .description('run one stage as a service')
    .addArgument(new Argument('<stage>').choices(['consumer', ...STAGES, 'console']))
    .option('--vra <name>', 'for this VRA only; not for the consumer, which works for all')
    .addHelpText('after', HELP)
    .action(async (stage: Stage | 'consumer' | 'console', { vra }: { vra?: string }) => {
      if (stage === 'console') {
        if (vra !== undefined) throw new UsageError('the console shows all VRAs: leave --vra out');
        return startConsole(loadSettings());
      }
      if (stage !== 'consumer') return (await SERVICES[stage]()).serve(loadSettings(), vra);
      if (vra !== undefined) throw new UsageError('the consumer works for all VRAs: leave --vra out');
      return (await import('@lvra/consumer')).serve(loadSettings());
    });
}

/** For `lvra run --console` and `lvra demo` it is a child: they are told its address, and it does not outlive them. */
async function startConsole(settings: Settings): Promise<void> {
  const { serve } = await import('@lvra/console');
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  return serve(settings, (address) => process.send?.(address));
}
