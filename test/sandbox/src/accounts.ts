import { type Answer, answers } from './answers.js';

/** Somebody with a token. */
export interface Account {
  /** First and last name, as Lasair prints them in a refusal. */
  readonly user: string;
  /** The topics that the user may annotate. */
  readonly owns: readonly string[];
  /** The stated limit; without it, that of the sandbox. */
  readonly callsPerHour?: number;
}

/** The account of a call by its Authorization header or its `token` in the query, or the 401 that refuses it. */
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
