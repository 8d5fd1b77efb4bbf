/**
 * FITS files consist of blocks of this many bytes: a header of cards, and the data. Source: FITS standard 4.0, section
 * 3.
 */
const BLOCK = 2_880;
const CARD = 80;

/** Bytes of each image of a real alert of schema 9.0. */
const SIZES = { cutoutDifference: 34_560, cutoutScience: 34_560, cutoutTemplate: 69_120 } as const;

/** The images of an alert: FITS files of the sizes that Rubin's have, each with a star in its middle. */
export function simulatedCutouts(): Record<keyof typeof SIZES, Buffer> {
  return {
    cutoutDifference: fits(SIZES.cutoutDifference),
    cutoutScience: fits(SIZES.cutoutScience),
    cutoutTemplate: fits(SIZES.cutoutTemplate),
  };
}

/** A square image of 32-bit floats, the largest that fits into this many whole blocks. */
function fits(bytes: number): Buffer {
  const side = Math.floor(Math.sqrt((bytes - BLOCK) / 4));
  const file = Buffer.alloc(bytes);
  header(side).copy(file);
  const middle = (side - 1) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = ((x - middle) ** 2 + (y - middle) ** 2) / (2 * SEEING ** 2);
      file.writeFloatBE(PEAK * Math.exp(-distance), BLOCK + 4 * (y * side + x));
    }
  }
  return file;
}

/** Width of the star, pixels. */
const SEEING = 2;
/** Its brightest pixel, nJy. */
const PEAK = 1_000;

function header(side: number): Buffer {
  const cards = [
    card('SIMPLE', 'T'),
    card('BITPIX', '-32'),
    card('NAXIS', '2'),
    card('NAXIS1', String(side)),
    card('NAXIS2', String(side)),
    `BUNIT   = 'nJy     '`,
    'END',
  ];
  return Buffer.from(
    cards
      .map((text) => text.padEnd(CARD))
      .join('')
      .padEnd(BLOCK),
    'latin1',
  );
}

/** A value is right-aligned at column 30. */
const card = (keyword: string, value: string) => `${keyword.padEnd(8)}= ${value.padStart(20)}`;
