/**
 * Whether people may label an object with a word: at most 32 letters, digits and `_ . + - / ?`, spaces within; not `with` or
 * `without`, by which objects with any label and with none are asked for.
 */
export function isLabel(text: string): boolean {
  return /^(?!with(?:out)?$)(?! )[A-Za-z0-9_.+/? -]{1,32}(?<! )$/.test(text);
}

/** Whether a text can be the name of who gave a label: 1 to 100 characters, none of them a control character. */
export function isPerson(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,100}$/u.test(text) && text.trim() === text;
}
