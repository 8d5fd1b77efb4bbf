/** The seven fields of Lasair's annotate call. */
export interface Annotation {
  /** The diaObjectId as decimal digits: 18 of them, more than a double holds. */
  readonly objectId: string;
  readonly topic: string;
  /** The score as a plain decimal. */
  readonly classification: string;
  /** Of the model that gave the score. */
  readonly version: string;
  readonly explanation: string;
  /** JSON text. */
  readonly classdict: string;
  readonly url: string;
}

/** Characters of a classdict that Lasair takes. */
export const LONGEST_CLASSDICT = 4096;

/** Characters of a classification that Lasair takes. */
export const LONGEST_CLASSIFICATION = 80;

/**
 * What Lasair answers with 200 and then cannot store, and what it would answer with 400.
 *
 * It puts its storing statement together from strings, unescaped, so a quote or a backslash in any field ends it. A
 * version also stands within a string of classdict, where a double quote needs a backslash. A database in latin1 loses a
 * row with any other character, and which ones it knows depends on its collation: so fields are ASCII.
 * Lengths are those of its serializer, in characters; the version's is that of its Python client.
 */
const RULES: Record<keyof Annotation, { readonly longest: number; readonly mayBeBlank: boolean }> = {
  objectId: { longest: 19, mayBeBlank: false },
  topic: { longest: 255, mayBeBlank: false },
  classification: { longest: LONGEST_CLASSIFICATION, mayBeBlank: false },
  version: { longest: 16, mayBeBlank: false },
  explanation: { longest: 1024, mayBeBlank: true },
  classdict: { longest: LONGEST_CLASSDICT, mayBeBlank: false },
  url: { longest: 1024, mayBeBlank: true },
};

const UNSTORABLE = /['\\]|[^ -~]/u;

/** Why Lasair would lose or refuse some of these fields, in words; undefined if it would not. */
export function validationErrorOf(fields: Partial<Annotation>): string | undefined {
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
    const code = found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return `${name} holds the character U+${code}, which Lasair may lose: only printable ASCII is sent`;
  }
  if (name === 'version' && text.includes('"')) return 'version holds a double quote, which Lasair cannot store';
  if (text.length > longest) return `${name} is longer than ${longest} characters`;
  if (!mayBeBlank && text.trim() === '') return `${name} is blank`;
  return undefined;
}
