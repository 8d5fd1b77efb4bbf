import { RESOURCES } from '../pages/index.js';
import { API, apiPathOf } from '../routes/register.js';
import type { Resource } from '../routes/resource.js';

/** The data of a page, and what the OpenAPI document says of it. */
export interface Answer {
  /** Its path there, such as /api/v1/stems/:stem. */
  readonly name: string;
  /** Path and query. */
  readonly address: string;
  /** What is not as documented: fields that are missing, more than there should be, or of another kind. */
  faultsOf(data: unknown): string[];
}

/** Where the data of a page is; undefined if the page is none of the resources. */
export function answerOf(page: URL): Answer | undefined {
  const resource = RESOURCES.find(({ path }) => patternOf(path).test(page.pathname));
  if (!resource) return undefined;
  const path = page.pathname === '/' ? apiPathOf(resource) : `${API}${page.pathname}`;
  return { name: apiPathOf(resource), address: `${path}${page.search}`, faultsOf: (data) => faultsOf(resource, data) };
}

export const documentedAnswers = (): string[] => RESOURCES.map(apiPathOf);

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:[A-Za-z]+/g, '[^/]+')}$`);
}

function faultsOf({ answer }: Resource, data: unknown): string[] {
  const parsed = answer.safeParse(data);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  // What the schema does not name, it leaves out.
  return differences(data, parsed.data, '');
}

function differences(given: unknown, documented: unknown, at: string): string[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const there = (documented as Record<string, unknown>)[key];
    const path = `${at}${at === '' ? '' : '.'}${key}`;
    return there === undefined ? [`${path}: is not documented`] : differences(value, there, path);
  });
}
