import { spawnSync } from 'node:child_process';

/** Runs a program in the machine's Python and returns what it prints. Only for tests, which compare with it. */
export function runPython(program: string, input: string | Buffer = '', ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('python3', ['-c', program, ...args], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (error) throw new Error(`python3 could not be started: ${error.message}; install it (Debian: python3)`);
  if (status !== 0) throw new Error(`python3 ended with ${status}:\n${stderr}`);
  return stdout;
}
