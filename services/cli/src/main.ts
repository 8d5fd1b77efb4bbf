import { runCommandLine } from './command-line.js';
import { COMMANDS } from './commands.js';

await runCommandLine(COMMANDS);
