/**
 * JSON as Lasair's Python reads it: integers of any length exact, bare NaN and Infinity accepted, and the error texts
 * of its `json` module, which the server returns to the caller.
 */

/** A JSON value; an integer is a bigint and a number with a point or exponent a number, as int and float are. */
export type Json = null | boolean | bigint | number | string | Json[] | Map<string, Json>;

/** The text is not JSON; the message is Python's, position included. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  constructor(what: string, text: string, at: number) {
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = codePoints(before.slice(before.lastIndexOf('\n') + 1)) + 1;
    super(`${what}: line ${line} column ${column} (char ${codePoints(before)})`);
  }
}

export function parseJson(text: string): Json {
  return new Reader(text).document();
}

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const WORDS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  document(): Json {
    if (this.text.startsWith('\ufeff')) throw this.#error('Unexpected UTF-8 BOM (decode using utf-8-sig)');
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.text.length) throw this.#error('Extra data');
    return value;
  }

  #value(): Json {
    switch (this.text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#number() ?? this.#word();
    }
  }

  #object(): Map<string, Json> {
    const members = new Map<string, Json>();
    this.#at++;
    this.#skipSpace();
    if (this.#take('}')) return members;
    for (;;) {
      if (this.text.charCodeAt(this.#at) !== QUOTE)
        throw this.#error('Expecting property name enclosed in double quotes');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#error("Expecting ':' delimiter");
      this.#skipSpace();
      members.set(key, this.#value());
      this.#skipSpace();
      if (this.#take('}')) return members;
      if (!this.#take(',')) throw this.#error("Expecting ',' delimiter");
      this.#skipSpace();
    }
  }

  #array(): Json[] {
    const items: Json[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#take(']')) return items;
    for (;;) {
      items.push(this.#value());
      this.#skipSpace();
      if (this.#take(']')) return items;
      if (!this.#take(',')) throw this.#error("Expecting ',' delimiter");
      this.#skipSpace();
    }
  }

  /** Finds the closing quote here; JSON.parse then decodes the text. */
  #string(): string {
    const start = this.#at;
    let end = start + 1;
    for (let code = this.text.charCodeAt(end); code !== QUOTE; code = this.text.charCodeAt(end)) {
      if (Number.isNaN(code)) throw this.#error('Unterminated string starting at');
      end += code === BACKSLASH ? 2 : 1;
    }
    this.#at = end + 1;
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      throw stringError(this.text, start, end);
    }
  }

  #number(): bigint | number | undefined {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.text);
    if (!match) return undefined;
    this.#at = NUMBER.lastIndex;
    const isInteger = match[2] === undefined && match[3] === undefined;
    return isInteger ? BigInt(match[0]) : Number(match[0]);
  }

  #word(): Json {
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#error('Expecting value');
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #error(what: string): JsonError {
    return new JsonError(what, this.text, this.#at);
  }
}

/** Finds which character of an invalid string literal is wrong. */
function stringError(text: string, start: number, end: number): JsonError {
  for (let at = start + 1; at < end; at++) {
    if (text.charCodeAt(at) < 0x20) return new JsonError('Invalid control character at', text, at);
    if (text.charCodeAt(at) !== BACKSLASH) continue;
    const escaped = text[at + 1] ?? '';
    if (escaped === 'u' && !/^[0-9a-fA-F]{4}/.test(text.slice(at + 2, end)))
      return new JsonError('Invalid \\uXXXX escape', text, at + 1);
    if (!'"\\/bfnrtu'.includes(escaped)) return new JsonError('Invalid \\escape', text, at);
    at++;
  }
  return new JsonError('Unterminated string starting at', text, start);
}

/** The length as Python counts it: in code points, while a JavaScript string counts UTF-16 units. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
