import { runCommandLine } from './command-line.js';
import { LEDGER_COMMANDS } from './ledger-commands.js';

await runCommandLine(LEDGER_COMMANDS);
