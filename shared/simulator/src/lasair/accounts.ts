import { type Answer, answers } from './http/answers.js';

/** A user with a token. */
export interface Account {
  /** First and last name, as Lasair prints them in a rejection. */
  readonly user: string;
  /** The topics that the user may annotate. */
  readonly owns: readonly string[];
  /** The nominal limit; the sandbox's by default. */
  readonly callsPerHour?: number;
}

/** The account of a call by its Authorization header or its `token` in the query, or the 401 that rejects it. */
export function authenticate(
  header: string | undefined,
  query: URLSearchParams,
  accounts: ReadonlyMap<string, Account>,
): Account | Answer {
  const words = header?.trim().split(/\s+/) ?? [];
  let token = query.get('token');
  if (words[0]?.toLowerCase() === 'token') {
    if (words.length === 1) return answers.tokenMissingInHeader();
    if (words.length > 2) return answers.tokenWithSpaces();
    token = words[1]!;
  }
  if (!token) return answers.noCredentials();
  return accounts.get(token) ?? answers.invalidToken();
}
