import { type Commands, makeProgram } from './program.js';

const everything = () => makeProgram(COMMANDS);

/** Every command of `lvra`. */
export const COMMANDS: Commands = {
  init: async () => (await import('./commands/init.js')).initCommand(),
  run: async () => (await import('./commands/run.js')).runCommand(),
  start: async () => (await import('./commands/start.js')).startCommand(),
  status: async () => (await import('./commands/status.js')).statusCommand(),
  stem: async () => (await import('./commands/stem.js')).stemCommand(),
  top: async () => (await import('./commands/top.js')).topCommand(),
  object: async () => (await import('./commands/object.js')).objectCommand(),
  retry: async () => (await import('./commands/retry.js')).retryCommand(),
  forget: async () => (await import('./commands/forget.js')).forgetCommand(),
  dead: async () => (await import('./commands/dead.js')).deadCommand(),
  backfill: async () => (await import('./commands/backfill.js')).backfillCommand(),
  quarantine: async () => (await import('./commands/quarantine.js')).quarantineCommand(),
  model: async () => (await import('./commands/model.js')).modelCommand(),
  verify: async () => (await import('./commands/verify.js')).verifyCommand(),
  'tns-report': async () => (await import('./commands/tns-report.js')).tnsReportCommand(),
  simulate: async () => (await import('./commands/simulate.js')).simulateCommand(),
  sandbox: async () => (await import('./commands/sandbox.js')).sandboxCommand(),
  backup: async () => (await import('./commands/backup.js')).backupCommand(),
  restore: async () => (await import('./commands/restore.js')).restoreCommand(),
  prune: async () => (await import('./commands/prune.js')).pruneCommand(),
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
  'alert-test': async () => (await import('./commands/alert-test.js')).alertTestCommand(),
  completion: async () => (await import('./commands/completion.js')).completionCommand(everything),
  'man-page': async () => (await import('./commands/completion.js')).manPageCommand(everything),
  prepare: async () => (await import('./commands/prepare.js')).prepareCommand(),
};
