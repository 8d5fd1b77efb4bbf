import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { replyVerdictOf, searchVerdictOf, submissionVerdictOf } from './responses.js';

const ok = (data: unknown) => ({ status: 200, body: JSON.stringify({ id_code: 200, id_message: 'OK', data }) });
const status = (code: number, data?: unknown) => ({
  status: code,
  body: JSON.stringify({ id_code: code, id_message: 'No', data }),
});
const feedbackOf = (...entries: unknown[]) => ({ feedback: { at_report: entries } });
const IDS = { internal_ids: { diaObjectId: '169760231708427201' } };

describe('the answer to a submission', () => {
  const cases: [what: string, answer: { status: number; body: string }, kind: string][] = [
    ['a receipt', ok({ report_id: 91_000 }), 'received'],
    ['a 200 without a receipt', ok({}), 'in_doubt'],
    ["a proxy's page", { status: 200, body: '<html>be right back</html>' }, 'in_doubt'],
    ['nothing', { status: 200, body: '' }, 'in_doubt'],
    ['an error of the server', status(500), 'in_doubt'],
    ['a gateway that lost patience', { status: 504, body: '' }, 'in_doubt'],
    ['a request that took too long', status(408), 'in_doubt'],
    ['a bad request', status(400), 'refused'],
    ['a wrong address', status(404), 'refused'],
    ['too many calls', status(429), 'not_sent'],
    ['a wrong key', status(401), 'key_refused'],
    ['a bot that may not', status(403), 'key_refused'],
  ];
  for (const [what, answer, kind] of cases) {
    test(`${what}: ${kind}`, () => assert.equal(submissionVerdictOf(answer).kind, kind));
  }

  test('gives the number as text, exactly', () => {
    assert.deepEqual(submissionVerdictOf(ok({ report_id: '00123' })), { kind: 'received', reportId: '00123' });
  });
});

describe('the reply', () => {
  const single = (entry: unknown, code = 200) => {
    const verdict = replyVerdictOf(status(code, feedbackOf(entry)));
    assert.equal(verdict.kind, 'feedback');
    return verdict.kind === 'feedback' ? verdict.feedback[0] : undefined;
  };

  test('with 100 is a new object, as TNS printed it in January 2026', () => {
    const body = `{"data": {"feedback": {"at_report": [{"100": {"message": "Transient object was inserted.",
      "message_id": 100, "objname": "2026ob"}, "internal_ids": {"diaObjectId": "169760231708427201"}}]}},
      "id_code": 200, "id_message": "OK"}`;
    const verdict = replyVerdictOf({ status: 200, body });
    assert.deepEqual(verdict.kind === 'feedback' && verdict.feedback, [
      {
        diaObjectId: '169760231708427201',
        outcome: 'inserted',
        objname: '2026ob',
        message: 'Transient object was inserted.',
      },
    ]);
  });

  test('with 101 is an object of others, whatever else it says', () => {
    const entry = {
      101: { message: 'Transient object exists.', message_id: 101, prefix: 'SN', objname: '2025abc' },
      at_rep: { 103: { message: 'Something to know', message_id: 103 } },
      ...IDS,
    };
    assert.deepEqual([single(entry)?.outcome, single(entry)?.objname], ['existing', '2025abc']);
  });

  test('of an identical report is known by its number or by its words', () => {
    const words = 'An identical AT report (sender, RA/DEC, discovery date) already exists.';
    assert.equal(single({ at_rep: { 5: { message: words, message_id: 5 } } })?.outcome, 'identical');
    assert.equal(single({ at_rep: [{ message: words }] })?.outcome, 'identical');
  });

  test('with errors of fields names them', () => {
    const entry = {
      reporting_groupid: [{ message: 'Invalid', message_id: 4 }],
      ra: { value: [{ message: 'Required' }] },
    };
    const found = single(entry, 400);
    assert.deepEqual([found?.outcome, found?.message], ['refused', 'reporting_groupid: Invalid; ra.value: Required']);
  });

  test('of a report that is received and not processed has no outcome', () => {
    for (const entry of [{ at_rep: {} }, { at_rep: [], ...IDS }, {}]) assert.equal(single(entry)?.outcome, undefined);
  });

  test('may have its entries under their places', () => {
    const data = { feedback: { at_report: { 0: IDS, 2: IDS } } };
    const verdict = replyVerdictOf(ok(data));
    assert.equal(verdict.kind === 'feedback' && verdict.feedback.length, 2);
  });

  test('that is not there, refused, or no reply', () => {
    assert.equal(replyVerdictOf(status(404)).kind, 'not_ready');
    assert.equal(replyVerdictOf(status(401)).kind, 'key_refused');
    for (const answer of [status(400), status(500), ok({}), ok(feedbackOf()), { status: 200, body: 'x' }]) {
      assert.equal(replyVerdictOf(answer).kind, 'failed');
    }
  });

  test('says nothing that a terminal would obey', () => {
    const found = single({ at_rep: [{ message: '\u001b[31mred\u0007 <b>bold</b>' }] });
    assert.equal(found?.message, '[31mred bold');
  });
});

describe('the search', () => {
  test('finds a name in the older and in the newer form of the reply', () => {
    for (const data of [{ reply: [{ objname: '2026ob', prefix: 'AT' }] }, [{ objname: '2026ob', prefix: 'AT' }]]) {
      assert.deepEqual(searchVerdictOf(ok(data)), { kind: 'found', objname: '2026ob' });
    }
  });

  test('finds nothing only if TNS has nothing', () => {
    assert.equal(searchVerdictOf(ok({ reply: [] })).kind, 'none');
    assert.equal(searchVerdictOf(ok([])).kind, 'none');
    for (const answer of [ok({}), status(404), status(500), { status: 200, body: '<html>' }]) {
      assert.equal(searchVerdictOf(answer).kind, 'failed');
    }
    assert.equal(searchVerdictOf(status(401)).kind, 'key_refused');
  });
});
