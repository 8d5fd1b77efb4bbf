import { runCommandLine } from './command-line/run.js';
import { COMMANDS } from './commands.js';

await runCommandLine(COMMANDS);
