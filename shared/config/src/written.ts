import * as z from 'zod';

/** A value as it was written, and where. */
export interface RawSetting {
  readonly value: string | readonly string[];
  /** For messages: `settings.yaml:12: batch_alerts`, `LVRA_BATCH_ALERTS` or `--source`. */
  readonly where: string;
  /** A relative path counts from here. */
  readonly folder: string;
}

/** The values of a group of settings by key; the last one written counts. */
export type RawSettings = Map<string, RawSetting>;

/** What is wrong with the settings, one line each; collected so that an operator sees all of it at once. */
export type Issues = string[];

/**
 * Reads a group of settings.
 *
 * @returns undefined, with an issue for each mistake, if any value is invalid
 */
export function readGroup<T extends z.ZodRawShape>(
  shape: T,
  written: RawSettings,
  nameOf: (key: string) => string,
  issues: Issues,
): z.output<z.ZodObject<T>> | undefined {
  const input = Object.fromEntries([...written].map(([key, { value }]) => [key, value]));
  const result = z.object(shape).safeParse(input);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const key = String(issue.path[0]);
    const found = written.get(key);
    issues.push(
      found
        ? `${found.where} is ${shown(found.value)}: ${issue.message}`
        : `${nameOf(key)} is not set: ${issue.message}`,
    );
  }
  return undefined;
}

/** A value without the name and password that an address may have. */
function shown(value: unknown): string {
  return JSON.stringify(value).replace(/\/\/[^"]*@/g, '//…@');
}

/** Overrides these keys from the environment; an empty variable counts as not set. */
export function overrideFromEnvironment(
  written: RawSettings,
  keys: readonly string[],
  nameOf: (key: string) => string,
  environment: NodeJS.ProcessEnv,
): void {
  for (const key of keys) {
    const value = environment[nameOf(key)];
    if (value) written.set(key, { value, where: nameOf(key), folder: process.cwd() });
  }
}
