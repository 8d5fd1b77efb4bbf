import { createInterface } from 'node:readline/promises';

/** Asks the user to type `yes`; anything else, and the end of the input, is no. */
export async function typedYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const typed = await Promise.race([terminal.question(`${question} `), closed]);
    return typed.trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
