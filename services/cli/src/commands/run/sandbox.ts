import { stopSignal, UsageError } from '@lvra/core';
import { startSandbox } from '@lvra/simulator';
import { Command } from 'commander';
import { wholeNumber } from '../../command-line/option-parsers.js';
import { print } from '../../command-line/output.js';

const HELP = `
A stand-in for Lasair's annotation calls on this machine that behaves as the real one does, throttle and errors included.
Its page shows what it received. It runs until Ctrl-C and keeps nothing.

Example:
  lvra sandbox --port 8080
  lvra sandbox --topic r0b_lvra agn_lvra
  LVRA_ENDPOINT=http://127.0.0.1:8080/api LASAIR_LSST_TOKEN=sandbox-token lvra run --source simulate`;

interface SandboxPlace {
  readonly host: string;
  readonly port?: number;
}

export function sandboxCommand(): Command {
  return new Command('sandbox')
    .description('a stand-in for Lasair to annotate at')
    .option('--port <number>', 'the port to listen on; any free one by default', wholeNumber(1, 65_535))
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--latency <ms>', 'how long each call takes; 0 by default', wholeNumber(0, 600_000))
    .option('--topic <names...>', 'the annotators that it has; r0b_lvra by default', ['r0b_lvra'])
    .addHelpText('after', HELP)
    .action(async ({ topic: owns, latency, ...at }: SandboxPlace & { topic: string[]; latency?: number }) => {
      const tokens = { 'sandbox-token': { user: 'Sandbox User', owns } };
      const options = { host: at.host, port: at.port ?? 0, latencyMs: latency ?? 0, keep: 'current', tokens } as const;
      const sandbox = await startSandbox(options).catch((error: NodeJS.ErrnoException) => {
        throw new UsageError(`port ${at.port} cannot be had: ${error.message}; choose another with --port`);
      });
      print(
        [
          `A stand-in for Lasair listens at ${sandbox.endpoint}; its page is ${new URL('/', sandbox.endpoint)}`,
          'To annotate there, in another terminal:',
          `  LVRA_ENDPOINT=${sandbox.endpoint} LASAIR_LSST_TOKEN=sandbox-token lvra run`,
          'Ctrl-C ends it.',
        ].join('\n'),
      );
      const signal = stopSignal(() => {});
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await sandbox.close();
    });
}
