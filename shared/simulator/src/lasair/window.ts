import { FaultRefused, readFaults } from './fault-request.js';
import type { Faults } from './faults.js';
import { type Answer, answers, json } from './http/answers.js';
import { page, type Sights } from './http/page.js';

/**
 * Everything that is not Lasair's: what users and other programs may read and change.
 *
 * - `GET /`                  a page for users - `GET /counts.json`       the `Counts` - `GET /received.json`     `{
 * counts, received, lost }` - `GET /annotations.json`  the stored annotations, a list in order of arrival, ids as texts
 * of digits - `GET /fault`             the active faults; `POST` adds one or a list of them; `DELETE` clears them
 */
export function answerVisitor(sights: Sights, method: string, path: string, body: Buffer): Answer {
  const { store, record, faults } = sights;
  if (path === '/fault') return answerFault(faults, method, body);
  if (method !== 'GET') return answers.methodNotAllowed(method);
  switch (path) {
    case '/':
      return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: page(sights) };
    case '/counts.json':
      return json(200, record.counts);
    case '/received.json':
      return json(200, { counts: record.counts, received: record.calls, lost: store.lost });
    case '/annotations.json':
      return json(200, [...store.annotations.values()]);
    default:
      return answers.notFound();
  }
}

function answerFault(faults: Faults, method: string, body: Buffer): Answer {
  if (method === 'POST') {
    try {
      for (const fault of readFaults(body.toString('utf8'))) faults.add(fault);
    } catch (error) {
      if (!(error instanceof FaultRefused)) throw error;
      return json(400, { error: error.message });
    }
  } else if (method === 'DELETE') faults.clear();
  else if (method !== 'GET') return answers.methodNotAllowed(method);
  return json(200, faults.active);
}
