import type { Annotation } from './annotation.js';

/** Characters of a classdict that Lasair takes. */
export const LONGEST_CLASSDICT = 4096;

/**
 * What Lasair answers with 200 and then cannot store, and what it would answer with 400.
 *
 * It puts its storing statement together from strings, unescaped, so a quote or a backslash in any field ends
 * it. A double quote within a string of classdict needs a backslash, and so falls under the same rule.
 * Lengths are those of its serializer, in characters; the version's is that of its Python client.
 */
const RULES: Record<keyof Annotation, { readonly longest: number; readonly mayBeBlank: boolean }> = {
  objectId: { longest: 19, mayBeBlank: false },
  topic: { longest: 255, mayBeBlank: false },
  classification: { longest: 80, mayBeBlank: false },
  version: { longest: 16, mayBeBlank: false },
  explanation: { longest: 1024, mayBeBlank: true },
  classdict: { longest: LONGEST_CLASSDICT, mayBeBlank: false },
  url: { longest: 1024, mayBeBlank: true },
};

const UNSTORABLE = /['\\\p{Cc}\p{Cs}]/u;

/** Why Lasair would lose or refuse some of these fields, in words; undefined where it would not. */
export function refusalOf(fields: Partial<Annotation>): string | undefined {
  for (const name in fields) {
    const reason = refusalOfField(name as keyof Annotation, fields[name as keyof Annotation] ?? '');
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function refusalOfField(name: keyof Annotation, text: string): string | undefined {
  const { longest, mayBeBlank } = RULES[name];
  const found = UNSTORABLE.exec(text)?.[0];
  if (found === "'") return `${name} holds a single quote, which Lasair cannot store`;
  if (found === '\\') {
    const inJson =
      name === 'classdict' ? ' (also a double quote or a control character within its strings is one)' : '';
    return `${name} holds a backslash${inJson}, which Lasair cannot store`;
  }
  if (found !== undefined) {
    const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `${name} holds the character U+${code}, which Lasair cannot store`;
  }
  if (text.length > longest && [...text].length > longest) return `${name} is longer than ${longest} characters`;
  if (!mayBeBlank && text.trim() === '') return `${name} is blank`;
  return undefined;
}
