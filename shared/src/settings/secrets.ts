import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { rememberSecret } from '../observe/secrets.js';
import type { Complaints } from './written.js';

/**
 * A secret as it is now. One in a file is read again at each call, so that a new one counts with the next attempt and
 * without a restart; where the file has none, the last one stands, with a warning of the process.
 */
export interface Secret {
  (): string;
  /** The variable or the file that it is read from, for whoever has to put another one there. */
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
  complaints: Complaints,
): Secret | undefined {
  for (const name of names) {
    const direct = environment[name]?.trim();
    const file = environment[`${name}_FILE`];
    if (direct && file) {
      complaints.push(`${name} and ${name}_FILE are both set: unset one of them`);
      return undefined;
    }
    if (!direct && !file) continue;
    try {
      const secret = file ? contentOf(`${name}_FILE`, file) : oneWord(name, direct ?? '');
      return file ? current(`${name}_FILE`, file, secret) : secretOf(name, () => secret);
    } catch (error) {
      complaints.push(messageOf(error));
      return undefined;
    }
  }
  return undefined;
}

function current(name: string, file: string, first: string): Secret {
  let last = first;
  let trouble: string | undefined;
  return secretOf(`${file} (${name})`, () => {
    try {
      last = contentOf(name, file);
      trouble = undefined;
    } catch (error) {
      if (trouble !== messageOf(error)) process.emitWarning(`${messageOf(error)}; the one read before stands`);
      trouble = messageOf(error);
    }
    return last;
  });
}

/** @throws Error that says what is wrong with the file, and not what is in it */
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
