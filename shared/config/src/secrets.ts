import { readFileSync } from 'node:fs';
import { messageOf } from '@lvra/core';
import { rememberSecret } from '@lvra/telemetry';
import type { Issues } from './written.js';

/**
 * A secret as it is now. One in a file is read again at each call, so that a new one takes effect without a restart; if
 * the file cannot be used, the previous secret stays in use, with a warning of the process.
 */
export interface Secret {
  (): string;
  /** The variable or the file that it is read from, to tell an operator where to put another one. */
  readonly from: string;
}

export function secretOf(from: string, read: () => string): Secret {
  return Object.assign(() => read(), { from });
}

/**
 * Finds a secret in the environment, or in the file that `<name>_FILE` names, as Docker mounts secrets.
 * The first of the names that is set counts. The value is never shown.
 */
export function readSecret(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  issues: Issues,
): Secret | undefined {
  for (const name of names) {
    const direct = environment[name]?.trim();
    const file = environment[`${name}_FILE`];
    if (direct && file) {
      issues.push(`${name} and ${name}_FILE are both set: unset one of them`);
      return undefined;
    }
    if (!direct && !file) continue;
    try {
      const secret = file ? contentOf(`${name}_FILE`, file) : oneWord(name, direct ?? '');
      return file ? current(`${name}_FILE`, file, secret) : secretOf(name, () => secret);
    } catch (error) {
      issues.push(messageOf(error));
      return undefined;
    }
  }
  return undefined;
}

function current(name: string, file: string, first: string): Secret {
  let last = first;
  let problem: string | undefined;
  return secretOf(`${file} (${name})`, () => {
    try {
      last = contentOf(name, file);
      problem = undefined;
    } catch (error) {
      if (problem !== messageOf(error)) process.emitWarning(`${messageOf(error)}; the previous one stays in use`);
      problem = messageOf(error);
    }
    return last;
  });
}

/** @throws Error that says what is wrong with the file, but not its content */
function contentOf(name: string, file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (content === '') throw new Error(`${name}: ${file} is empty: put the secret in it`);
  return oneWord(name, content);
}

function oneWord(name: string, value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Error(`${name} holds more than one word: put the secret alone in it`);
  rememberSecret(value);
  return value;
}
