/** A FITS file of 32-bit floats. @param rows the lowest first. @param cards more of the header, without the trailing blanks */
export function fitsOf(rows: readonly (readonly number[])[], cards: readonly string[] = []): Buffer {
  const values = rows.flat();
  const header = [
    'SIMPLE  =                    T',
    'BITPIX  =                  -32',
    'NAXIS   =                    2',
    `NAXIS1  = ${String(rows[0]?.length ?? 0).padStart(20)}`,
    `NAXIS2  = ${String(rows.length).padStart(20)}`,
    ...cards,
    'END',
  ];
  const file = Buffer.alloc(BLOCK * (1 + Math.ceil((4 * values.length) / BLOCK)));
  file.write(
    header
      .map((card) => card.padEnd(80))
      .join('')
      .padEnd(BLOCK),
    'latin1',
  );
  for (const [at, value] of values.entries()) file.writeFloatBE(value, BLOCK + 4 * at);
  return file;
}

const BLOCK = 2_880;

/** Of pixels of 0.2″, north up and east left. */
export const NORTH_UP = [
  "CTYPE1  = 'RA---TAN'",
  "CTYPE2  = 'DEC--TAN'",
  `CDELT1  = ${String(-0.2 / 3600).padStart(20)}`,
  `CDELT2  = ${String(0.2 / 3600).padStart(20)}`,
  "BUNIT   = 'nJy     '",
];
