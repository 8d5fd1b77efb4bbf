import type { Commands } from './program.js';

/**
 * The commands that need the ledger and nothing else, asked again and again by whoever watches: they are bundled into
 * one file (bundle.mjs), because finding and reading 260 of them takes longer than all that the commands do.
 */
export const LEDGER_COMMANDS: Commands = {
  status: async () => (await import('./commands/status.js')).statusCommand(),
  stem: async () => (await import('./commands/stem.js')).stemCommand(),
  top: async () => (await import('./commands/top.js')).topCommand(),
  object: async () => (await import('./commands/object.js')).objectCommand(),
  retry: async () => (await import('./commands/retry.js')).retryCommand(),
  forget: async () => (await import('./commands/forget.js')).forgetCommand(),
  dead: async () => (await import('./commands/dead.js')).deadCommand(),
};
