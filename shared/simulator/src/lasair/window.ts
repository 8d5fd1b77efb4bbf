import { type Answer, answers, json } from './http/answers.js';
import { page, type Sights } from './http/page.js';

/** What is not Lasair's: `GET /` is a page for users, `/counts.json` and `/annotations.json` are for programs; ids are digits. */
export function answerVisitor(sights: Sights, method: string, path: string): Answer {
  if (method !== 'GET') return answers.methodNotAllowed(method);
  switch (path) {
    case '/':
      return { status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: page(sights) };
    case '/counts.json':
      return json(200, sights.record.counts);
    case '/annotations.json':
      return json(200, [...sights.store.annotations.values()]);
    default:
      return answers.notFound();
  }
}
