import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { rememberSecret } from '../observe/secrets.js';
import type { Complaints } from './written.js';

/**
 * Reads a secret from the environment, or from the file that `<name>_FILE` names, as Docker mounts secrets.
 * The first of the names that is set counts. The value is never shown.
 */
export function readSecret(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  complaints: Complaints,
): string | undefined {
  for (const name of names) {
    const direct = environment[name];
    const file = environment[`${name}_FILE`];
    if (direct && file) {
      complaints.push(`${name} and ${name}_FILE are both set: unset one of them`);
      return undefined;
    }
    const value = file ? contentOf(`${name}_FILE`, file, complaints) : direct?.trim();
    if (value === undefined || value === '') continue;
    if (/^[\x21-\x7e]+$/.test(value)) {
      rememberSecret(value);
      return value;
    }
    complaints.push(`${file ? `${name}_FILE` : name} holds more than one word: put the secret alone in it`);
    return undefined;
  }
  return undefined;
}

function contentOf(name: string, file: string, complaints: Complaints): string | undefined {
  try {
    const content = readFileSync(file, 'utf8').trim();
    if (content === '') complaints.push(`${name}: ${file} is empty: put the secret in it`);
    return content;
  } catch (error) {
    complaints.push(`${name} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}
