import { readFileSync } from 'node:fs';
import { closestMatch } from '@lvra/config';

/**
 * Reads an `.env` file as docker compose does, and says which of its names mean nothing. Compose itself ignores
 * a misspelt name silently, and then the setting that was meant is missing.
 *
 * @param path the file, for reading
 * @param name the file, as the operator knows it
 * @param example the file that shows every name, set or behind a `#`
 * @returns the issues, one line each
 */
export function readEnvFile(
  path: string,
  name: string,
  example: string,
): { values: Record<string, string>; issues: string[] } {
  const known = [...readFileSync(example, 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, each]) =>
    String(each),
  );
  const issues: string[] = [];
  const values: Record<string, string> = {};
  for (const [index, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const where = `${name}:${index + 1}`;
    const parts = /^\s*(?:export\s+)?(?<key>[A-Za-z_]\w*)=(?<value>.*)$/.exec(line)?.groups;
    if (!parts) {
      issues.push(`${where} is not understood: write NAME=value`);
      continue;
    }
    const { key = '', value = '' } = parts;
    if (!known.includes(key)) {
      const meant = closestMatch(key, known);
      issues.push(
        `${where}: ${key} is not a setting${meant ? `: did you mean ${meant}?` : '; .env.example names them all'}`,
      );
      // The settings would report it once more.
      continue;
    }
    if (key in values) issues.push(`${where}: ${key} is set twice: remove one of the lines`);
    const { text, isLiteral } = unquoted(value.trim());
    if (!isLiteral && text.includes('$')) {
      issues.push(`${where}: compose takes what follows the $ for a variable: put the value of ${key} in 'quotes'`);
    }
    values[key] = text;
  }
  return { values, issues };
}

/** What a value stands for, and whether compose takes every character of it as it is. */
function unquoted(value: string): { text: string; isLiteral: boolean } {
  const [, quote, quoted] = /^(["'])(.*?)\1(?:\s+#.*)?$/.exec(value) ?? [];
  if (quoted === undefined) return { text: value.replace(/\s+#.*$/, ''), isLiteral: false };
  return { text: quoted, isLiteral: quote === "'" };
}
