import { type Commands, makeProgram } from './command-line/program.js';

const everything = () => makeProgram(COMMANDS);

/** Every command of `lvra`. */
export const COMMANDS: Commands = {
  init: async () => (await import('./commands/setup/init.js')).initCommand(),
  run: async () => (await import('./commands/run/run.js')).runCommand(),
  start: async () => (await import('./commands/run/start.js')).startCommand(),
  status: async () => (await import('./commands/look/status.js')).statusCommand(),
  stem: async () => (await import('./commands/look/stem.js')).stemCommand(),
  top: async () => (await import('./commands/look/top.js')).topCommand(),
  object: async () => (await import('./commands/look/object.js')).objectCommand(),
  explain: async () => (await import('./commands/look/explain.js')).explainCommand(),
  export: async () => (await import('./commands/look/export.js')).exportCommand(),
  label: async () => (await import('./commands/labels/label.js')).labelCommand(),
  labels: async () => (await import('./commands/labels/labels.js')).labelsCommand(),
  retry: async () => (await import('./commands/maintain/retry.js')).retryCommand(),
  forget: async () => (await import('./commands/maintain/forget.js')).forgetCommand(),
  dead: async () => (await import('./commands/look/dead.js')).deadCommand(),
  backfill: async () => (await import('./commands/run/backfill.js')).backfillCommand(),
  quarantine: async () => (await import('./commands/maintain/quarantine.js')).quarantineCommand(),
  model: async () => (await import('./commands/models/model.js')).modelCommand(),
  verify: async () => (await import('./commands/look/verify.js')).verifyCommand(),
  'tns-report': async () => (await import('./commands/tns-report.js')).tnsReportCommand(),
  simulate: async () => (await import('./commands/run/simulate.js')).simulateCommand(),
  sandbox: async () => (await import('./commands/run/sandbox.js')).sandboxCommand(),
  backup: async () => (await import('./commands/maintain/backup.js')).backupCommand(),
  restore: async () => (await import('./commands/maintain/restore.js')).restoreCommand(),
  ledger: async () => (await import('./commands/maintain/ledger.js')).ledgerCommand(),
  prune: async () => (await import('./commands/maintain/prune.js')).pruneCommand(),
  demo: async () => (await import('./commands/run/demo.js')).demoCommand(),
  'alert-test': async () => (await import('./commands/setup/alert-test.js')).alertTestCommand(),
  completion: async () => (await import('./commands/setup/completion.js')).completionCommand(everything),
  'man-page': async () => (await import('./commands/setup/completion.js')).manPageCommand(everything),
  prepare: async () => (await import('./commands/setup/prepare.js')).prepareCommand(),
};
