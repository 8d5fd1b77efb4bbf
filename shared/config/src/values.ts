import * as z from 'zod';

/**
 * Readers of single values. Files and environment both give text, so that a model version of `1.10` stays what it
 * is, and one reader serves both. The message of each says what to write.
 */
function value<T>(expected: string, read: (text: string) => T | undefined) {
  const write = `write ${expected}`;
  return z.string({ error: write }).transform((text, context): T => {
    const result = read(text);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: write });
    return z.NEVER;
  });
}

export function text(expected: string, longest = Number.POSITIVE_INFINITY) {
  return value(expected, (given) => (given.length <= longest ? given : undefined));
}

export function wholeNumber(least: number, most: number) {
  return value(`a whole number from ${least} to ${most}`, (given) => {
    const number = /^[0-9]{1,15}$/.test(given) ? Number(given) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  });
}

/** A plain decimal number, without exponent. */
export function decimal(least: number, most: number) {
  return value(`a number from ${least} to ${most}`, (given) => {
    const number = /^[0-9]*\.?[0-9]+$/.test(given) ? Number(given) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  });
}

const YES_NO: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false };

export function yesNo() {
  return value('yes or no', (given) => YES_NO[given.toLowerCase()]);
}

export function oneOf<const T extends string>(choices: readonly T[]) {
  return value(`one of ${choices.join(', ')}`, (given) => choices.find((choice) => choice === given));
}

/** The address of an HTTP API, without the slash at its end. */
export function webAddress(example: string) {
  return value(`an address such as ${example}`, (given) =>
    isPlainAddress(given) ? given.replace(/\/+$/, '') : undefined,
  );
}

/** The address of an HTTP API, or a path. */
export function addressOrPath(expected: string) {
  return value(`${expected}; no name or password belongs in it`, (given) =>
    isPlainAddress(given) || !/^https?:/i.test(given) ? given : undefined,
  );
}

/** A password in an address would be shown wherever the address is. */
function isPlainAddress(given: string): boolean {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const HOST_AND_PORT = /^(?<scheme>[a-z]+:\/\/)?(?<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(?<port>[0-9]{1,5})$/;

/** One or several `host:port`. */
export function servers(example: string) {
  return list(`host:port, several with commas, such as ${example}`, (given) => partsOf(given) !== undefined);
}

/** One or several `host:port` of a client that knows neither schemes nor the addresses of IPv6. */
export function plainServers(example: string) {
  return list(
    `host:port, several with commas, such as ${example}; a name for an address of IPv6, and no scheme before it`,
    (given) => {
      const { scheme, host } = partsOf(given) ?? {};
      return host !== undefined && scheme === undefined && !host.startsWith('[');
    },
  );
}

function partsOf(given: string): Record<string, string | undefined> | undefined {
  const parts = HOST_AND_PORT.exec(given)?.groups;
  const port = Number(parts?.port);
  return port >= 1 && port <= 65_535 ? parts : undefined;
}

/** A YAML list, or text with commas; at least one item, none of them twice. */
export function list(expected: string, isItem: (given: string) => boolean) {
  const write = `write ${expected}`;
  return z
    .union([z.string().transform((given) => given.split(',')), z.array(z.string())], { error: write })
    .transform((items, context): string[] => {
      const trimmed = items.map((item) => item.trim()).filter((item) => item !== '');
      if (trimmed.length > 0 && trimmed.every(isItem) && new Set(trimmed).size === trimmed.length) return trimmed;
      context.addIssue({ code: 'custom', message: write });
      return z.NEVER;
    });
}
