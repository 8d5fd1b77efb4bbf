/** The bytes are not JSON in the dialect of Python's `json` module, or exceed one of our limits. */
export class JsonError extends Error {
  override readonly name: string = 'JsonError';
  constructor(
    /** What is wrong, without the position. */
    readonly fault: string,
    /** Byte offset within what was read. */
    readonly offset: number,
    readonly reason: 'not_json' | 'too_deep' | 'not_a_number' = 'not_json',
  ) {
    super(`${fault} at byte ${offset}`);
  }
}

/** The bytes end in the middle of a value: more of the file must be read, or the message is cut. */
export class JsonTruncated extends JsonError {
  override readonly name = 'JsonTruncated';
  constructor(offset: number) {
    super('the text ends in the middle of a value', offset);
  }
}
