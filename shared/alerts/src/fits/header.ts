/** Bytes are no FITS image that can be shown; the message says why. */
export class FitsUnreadable extends Error {
  override readonly name = 'FitsUnreadable';
}

/** A FITS file consists of blocks of this many bytes, its headers of cards. Source: FITS standard 4.0, section 3. */
export const BLOCK_BYTES = 2_880;
const CARD_BYTES = 80;
/** No image of an alert has more; a file without END is not read to its end. */
const MOST_CARDS = 2_000;

/** What a header says, by keyword; of a keyword that is there twice the first counts. */
export class FitsHeader {
  readonly #cards: ReadonlyMap<string, string | number | boolean>;

  constructor(
    cards: ReadonlyMap<string, string | number | boolean>,
    /** Where the data begins. */
    readonly dataAt: number,
  ) {
    this.#cards = cards;
  }

  has(keyword: string): boolean {
    return this.#cards.has(keyword);
  }

  /** Undefined if it is not there, or no text. */
  text(keyword: string): string | undefined {
    const value = this.#cards.get(keyword);
    return typeof value === 'string' ? value : undefined;
  }

  /** Undefined if it is not there, or no finite number. */
  number(keyword: string): number | undefined {
    const value = this.#cards.get(keyword);
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  }

  isTrue(keyword: string): boolean {
    return this.#cards.get(keyword) === true;
  }

  /** @throws FitsUnreadable unless it is there, whole and in the range */
  whole(keyword: string, least: number, most: number): number {
    const value = this.number(keyword);
    if (value === undefined || !Number.isSafeInteger(value) || value < least || value > most)
      throw new FitsUnreadable(
        `its ${keyword} is ${value ?? 'not there'}, not a whole number from ${least} to ${most}`,
      );
    return value;
  }
}

/** @throws FitsUnreadable if the header that begins there does not end */
export function readHeader(bytes: Buffer, at: number): FitsHeader {
  const cards = new Map<string, string | number | boolean>();
  for (let card = 0; card < MOST_CARDS; card++) {
    const begin = at + card * CARD_BYTES;
    if (begin + CARD_BYTES > bytes.length) break;
    const text = bytes.toString('latin1', begin, begin + CARD_BYTES);
    const keyword = text.slice(0, 8).trimEnd();
    if (keyword === 'END') {
      const blocks = Math.ceil(((card + 1) * CARD_BYTES) / BLOCK_BYTES);
      return new FitsHeader(cards, at + blocks * BLOCK_BYTES);
    }
    const value = text.startsWith('= ', 8) ? fieldValue(text.slice(10)) : undefined;
    if (value !== undefined && !cards.has(keyword)) cards.set(keyword, value);
  }
  throw new FitsUnreadable('its header has no end');
}

const TEXT = /^ *'((?:[^']|'')*)'/;
/** Exponents may be written with D, as Fortran does. */
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[ED][+-]?[0-9]+)?$/;

/** Undefined where there is no value, or none of a kind that images need. */
function fieldValue(field: string): string | number | boolean | undefined {
  const text = TEXT.exec(field)?.[1];
  if (text !== undefined) return text.replaceAll("''", "'").trimEnd();
  const word = (field.split('/', 1)[0] ?? '').trim();
  if (word === 'T' || word === 'F') return word === 'T';
  return NUMBER.test(word) ? Number(word.replace('D', 'E')) : undefined;
}
