import { escapeControlLines, messageOf, UsageError } from '@lvra/core';
import { hideSecrets } from '@lvra/telemetry';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { isOfLedger, Refusal } from './errors.js';

/** A problem as RFC 9457 has it; the page about it says the same. */
export interface Problem {
  readonly type: 'about:blank';
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly detail: string;
}

/** @param error a Refusal, something that the ledger cannot do now, or a bug, of which nobody is told more than that */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return problem(error.status, error.title, error.message);
  if (isOfLedger(error)) return problem(503, 'The ledger cannot be read now', messageOf(error));
  if (error instanceof UsageError) return problem(400, 'That cannot be answered', messageOf(error));
  return problem(500, 'This is a bug', 'The page could not be made; the log of the console says why.');
}

function problem(status: ContentfulStatusCode, title: string, detail: string): Problem {
  return { type: 'about:blank', status, title, detail: escapeControlLines(hideSecrets(detail)) };
}
