import { readFileSync } from 'node:fs';
import { nearest } from '@lvra/shared/settings/names';

/** A line of an `.env` file that sets something. */
interface EnvLine {
  readonly number: number;
  readonly name: string;
  readonly value: string;
}

/**
 * Reads an `.env` file as docker compose does, and says which of its names mean nothing. Compose itself passes over
 * a misspelt name without a word, and then the setting that was meant is missing.
 *
 * @param path the file, for reading
 * @param name the file, as a person knows it
 * @param example the file that shows every name, set or behind a `#`
 * @returns complaints, one line each
 */
export function readEnvFile(
  path: string,
  name: string,
  example: string,
): { values: Record<string, string>; complaints: string[] } {
  const known = [...readFileSync(example, 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, each]) =>
    String(each),
  );
  const complaints: string[] = [];
  const values: Record<string, string> = {};
  for (const line of envLines(readFileSync(path, 'utf8'), name, complaints)) {
    const where = `${name}:${line.number}: ${line.name}`;
    if (!known.includes(line.name)) {
      const meant = nearest(line.name, known);
      complaints.push(`${where} is no setting${meant ? `: did you mean ${meant}?` : '; .env.example names them all'}`);
    } else if (line.name in values) {
      complaints.push(`${where} is set twice: remove one of the lines`);
    }
    values[line.name] = line.value;
  }
  return { values, complaints };
}

function envLines(text: string, name: string, complaints: string[]): EnvLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const parts = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (parts) return [{ number: index + 1, name: String(parts[1]), value: unquoted(String(parts[2]).trim()) }];
    complaints.push(`${name}:${index + 1} is not understood: write NAME=value`);
    return [];
  });
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted ? String(quoted[2]) : value.replace(/\s+#.*$/, '');
}
