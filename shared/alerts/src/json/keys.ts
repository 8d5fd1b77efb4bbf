import type { JsonCursor } from './cursor.js';

/** Whether the key just read is `name`, however it was escaped. */
export function keyIs(bytes: Uint8Array, at: JsonCursor, name: string): boolean {
  if (at.escaped) return decodeString(bytes, at.keyStart - 1, at.keyEnd + 1) === name;
  if (at.keyEnd - at.keyStart !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[at.keyStart + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** The text of a JSON string; `start` and `end` are those of the string with its quotes. */
export function decodeString(bytes: Uint8Array, start: number, end: number): string {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()) as string;
}
