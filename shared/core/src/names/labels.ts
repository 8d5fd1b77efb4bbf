/** Whether people may label an object with a word: at most 32 letters, digits and `_ . + - / ?`, spaces within. */
export function isLabel(text: string): boolean {
  return /^(?! )[A-Za-z0-9_.+/? -]{1,32}(?<! )$/.test(text);
}
