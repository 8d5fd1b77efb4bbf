import { submissionOf } from '../report/report.js';
import type { TnsClient } from './client.js';
import {
  type ReplyVerdict,
  replyVerdictOf,
  type SearchVerdict,
  type SubmissionVerdict,
  searchVerdictOf,
  submissionVerdictOf,
} from './responses.js';

/** The Transient Name Server's calls for reporting. Every result is a verdict; nothing is thrown. */
export class Tns {
  readonly #client: Pick<TnsClient, 'call'>;

  constructor(client: Pick<TnsClient, 'call'>) {
    this.#client = client;
  }

  /** @param reports JSON texts, a hundred at most */
  async submit(reports: readonly string[]): Promise<SubmissionVerdict> {
    const result = await this.#client.call('set/bulk-report', { data: submissionOf(reports) });
    if ('answer' in result) return submissionVerdictOf(result.answer);
    return { kind: result.none.neverSent ? 'not_sent' : 'in_doubt', message: result.none.message };
  }

  /** The result of a submission, by the number on its receipt. */
  async reply(reportId: string): Promise<ReplyVerdict> {
    const result = await this.#client.call('get/bulk-report-reply', { report_id: reportId });
    return 'answer' in result ? replyVerdictOf(result.answer) : { kind: 'failed', message: result.none.message };
  }

  /** Whether TNS has an object under an internal name. */
  async search(internalName: string): Promise<SearchVerdict> {
    const data = JSON.stringify({ internal_name: internalName, internal_name_exact_match: 1 });
    const result = await this.#client.call('get/search', { data });
    return 'answer' in result ? searchVerdictOf(result.answer) : { kind: 'failed', message: result.none.message };
  }
}
