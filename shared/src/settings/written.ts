import * as z from 'zod';

/** A value as somebody wrote it, and where. */
export interface Written {
  readonly value: string | readonly string[];
  /** For a person: `settings.yaml:12: batch_alerts`, `LVRA_BATCH_ALERTS` or `--source`. */
  readonly where: string;
  /** A relative path counts from here. */
  readonly folder: string;
}

/** The values of a group of settings by key; what was written last has won. */
export type WrittenValues = Map<string, Written>;

/** What is wrong with the settings, one line each; gathered so that a person sees all of it at once. */
export type Complaints = string[];

/**
 * Reads a group of settings.
 *
 * @returns undefined, with a complaint for each mistake, where any value is not what it should be
 */
export function readGroup<T extends z.ZodRawShape>(
  shape: T,
  written: WrittenValues,
  nameOf: (key: string) => string,
  complaints: Complaints,
): z.output<z.ZodObject<T>> | undefined {
  const input = Object.fromEntries([...written].map(([key, { value }]) => [key, value]));
  const result = z.object(shape).safeParse(input);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const key = String(issue.path[0]);
    const found = written.get(key);
    complaints.push(
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

/** Takes what the environment says of these keys; an empty variable counts as not set. */
export function overrideFromEnvironment(
  written: WrittenValues,
  keys: readonly string[],
  nameOf: (key: string) => string,
  environment: NodeJS.ProcessEnv,
): void {
  for (const key of keys) {
    const value = environment[nameOf(key)];
    if (value) written.set(key, { value, where: nameOf(key), folder: process.cwd() });
  }
}
