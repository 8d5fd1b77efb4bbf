import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startTnsSandbox, TNS_SANDBOX_KEY, type TnsSandbox, type TnsSandboxOptions } from './tns-sandbox.js';

const MARKER = 'tns_marker{"tns_id":12345,"type":"bot","name":"Sandbox_Bot"}';

const POINT = {
  obsdate: '2026-02-02.43387',
  flux: '21.3',
  flux_units: '1',
  filter_value: '162',
  instrument_value: '287',
};
const REPORT = {
  ra: { value: '10.5' },
  dec: { value: '-41.5' },
  reporting_group_id: '111',
  discovery_data_source_id: '165',
  reporter: 'A. Person',
  discovery_datetime: '2026-02-02.43387',
  at_type: '1',
  internal_name: 'LSST-AP-DO-1',
  internal_ids: { mine: '1' },
  non_detection: { archiveid: '2' },
  photometry: { photometry_group: { 0: POINT } },
};

/** Of one report: messages by number, and what else TNS returns. */
interface Entry {
  readonly 100?: Message;
  readonly 101?: Message;
  readonly at_rep?: { readonly 5?: Message };
  readonly internal_ids?: unknown;
}

interface Message {
  readonly message: string;
  readonly objname?: string;
}

/** What the tests look at; a member that is not there fails them. */
interface Reply {
  readonly data: {
    readonly report_id: number;
    readonly reply: readonly { readonly objname: string }[];
    readonly feedback: { readonly at_report: readonly Entry[] };
  };
}

async function start(t: TestContext, options: TnsSandboxOptions = {}) {
  const sandbox = await startTnsSandbox({ asksBeforeReply: 0, ...options });
  t.after(() => sandbox.close());
  return sandbox;
}

async function post(sandbox: TnsSandbox, call: string, form: Record<string, string>, headers = {}) {
  const response = await fetch(`${sandbox.address}/${call}`, {
    method: 'POST',
    headers: { 'user-agent': MARKER, ...headers },
    body: new URLSearchParams({ api_key: TNS_SANDBOX_KEY, ...form }),
  });
  const json = (await response.json()) as Reply;
  return { status: response.status, headers: response.headers, json };
}

const submit = (sandbox: TnsSandbox, ...reports: object[]) =>
  post(sandbox, 'set/bulk-report', { data: JSON.stringify({ at_report: { ...reports } }) });

async function replyTo(sandbox: TnsSandbox, ...reports: object[]) {
  const { json } = await submit(sandbox, ...reports);
  return post(sandbox, 'get/bulk-report-reply', { report_id: String(json.data.report_id) });
}

describe('the sandbox TNS', () => {
  test('takes a report, and says what became of it when asked', async (t) => {
    const sandbox = await start(t, { asksBeforeReply: 2 });
    const { status, json } = await submit(sandbox, REPORT);
    assert.equal(status, 200);
    const ask = () => post(sandbox, 'get/bulk-report-reply', { report_id: String(json.data.report_id) });
    assert.deepEqual([(await ask()).status, (await ask()).status], [404, 404]);
    const reply = await ask();
    assert.equal(reply.status, 200);
    const [entry] = reply.json.data.feedback.at_report;
    assert.deepEqual(entry?.internal_ids, { mine: '1' });
    assert.match(entry?.[100]?.objname ?? '', /^2026[a-z]{3}$/);
    const search = await post(sandbox, 'get/search', { data: '{"internal_name": "LSST-AP-DO-1"}' });
    assert.equal(search.json.data.reply[0]?.objname, entry?.[100]?.objname);
  });

  test('knows the object of others at the same place, and the same report', async (t) => {
    const sandbox = await start(t, { objects: [{ objname: '2025abc', ra: 10.5004, dec: -41.4996 }] });
    const first = await replyTo(sandbox, REPORT);
    assert.equal(first.json.data.feedback.at_report[0]?.[101]?.objname, '2025abc');
    const again = await replyTo(sandbox, REPORT);
    assert.match(again.json.data.feedback.at_report[0]?.at_rep?.[5]?.message ?? '', /identical AT report/);
    assert.equal(sandbox.taken.length, 1);
    const later = await replyTo(sandbox, { ...REPORT, discovery_datetime: '2026-02-03.00000' });
    assert.ok(later.json.data.feedback.at_report[0]?.[101], 'another report of the same object');
  });

  const point = (changes: object) => ({ photometry: { photometry_group: { 0: { ...POINT, ...changes } } } });
  const refused: [what: string, changes: object, words: RegExp][] = [
    ['no reporter', { reporter: '' }, /"reporter":\[\{"message":"Required field"/],
    ['no group', { reporting_group_id: undefined }, /"reporting_group_id":\[/],
    ['no position', { ra: { value: '' } }, /"ra":\{"value":\[/],
    ['a date of another form', { discovery_datetime: '2026/02/02' }, /"discovery_datetime":\[/],
    ['a point without filter', point({ filter_value: '' }), /"photometry":\{"0":\{"filter_value":\[/],
    ['an invalid magnitude', point({ flux: 'NaN' }), /"flux":\[\{"message":"Invalid/],
    ['no photometry', { photometry: {} }, /At least one Photometry point/],
    ['a discovery that is a limit', point({ flux: '', limiting_flux: '22' }), /At least one Photometry point/],
    ['no non-detection', { non_detection: {} }, /Last non-detection or archival info must be filled/],
    [
      'a non-detection after the discovery',
      { non_detection: { ...POINT, flux: '', limiting_flux: '22', obsdate: '2026-02-03.1' } },
      /Last non-detection should precede/,
    ],
    ['points without their group', { photometry: { 0: POINT } }, /At least one Photometry point/],
  ];
  for (const [what, changes, words] of refused) {
    test(`refuses a report with ${what}`, async (t) => {
      const sandbox = await start(t);
      const reply = await replyTo(sandbox, { ...REPORT, ...changes });
      assert.equal(reply.status, 400);
      assert.match(JSON.stringify(reply.json.data.feedback.at_report[0]), words);
      assert.equal(sandbox.taken.length, 0);
    });
  }

  test('accepts the team’s field names if set', async (t) => {
    const sandbox = await start(t, { dialect: 'team' });
    assert.equal((await replyTo(sandbox, REPORT)).status, 400);
    assert.equal((await replyTo(sandbox, { ...REPORT, photometry: { 0: POINT } })).status, 200);
  });

  test('accepts the field names of TNS2.0 if set', async (t) => {
    const sandbox = await start(t, { dialect: 'tns2' });
    assert.equal((await replyTo(sandbox, REPORT)).status, 400);
    const { reporting_group_id: _, discovery_data_source_id: __, ...rest } = REPORT;
    const point = { ...POINT, flux_unitid: '1', filterid: '162', instrumentid: '287' };
    const groups = { reporting_groupid: '111', data_source_groupid: '165' };
    assert.equal((await replyTo(sandbox, { ...rest, ...groups, photometry: { 0: point } })).status, 200);
  });

  test('lets in the bot with its key and marker alone', async (t) => {
    const sandbox = await start(t);
    assert.equal((await post(sandbox, 'get/search', { data: '{}', api_key: 'x' })).status, 401);
    assert.equal((await post(sandbox, 'get/search', { data: '{}' }, { 'user-agent': 'curl' })).status, 401);
    const other = MARKER.replace('12345', '54321');
    assert.equal((await post(sandbox, 'get/search', { data: '{}' }, { 'user-agent': other })).status, 401);
    assert.equal((await post(sandbox, 'get/search', { data: '{}' })).status, 200);
  });

  test('counts read calls, and shows it in its headers', async (t) => {
    let now = 0;
    const sandbox = await start(t, { limit: { calls: 2, seconds: 60 }, now: () => now });
    const search = () => post(sandbox, 'get/search', { data: '{}' });
    assert.equal((await search()).headers.get('x-rate-limit-remaining'), '1');
    await search();
    now = 20_000;
    const refused = await search();
    assert.deepEqual([refused.status, refused.headers.get('x-rate-limit-reset')], [429, '40']);
    assert.equal((await submit(sandbox, REPORT)).status, 200, 'submissions are free');
    now = 60_000;
    assert.equal((await search()).status, 200);
  });

  test('refuses what is no submission, or more than a hundred reports', async (t) => {
    const sandbox = await start(t);
    assert.equal((await post(sandbox, 'set/bulk-report', { data: 'x' })).status, 400);
    assert.equal((await submit(sandbox)).status, 400);
    assert.equal((await submit(sandbox, ...Array.from({ length: 101 }, () => REPORT))).status, 400);
    assert.equal((await submit(sandbox, ...Array.from({ length: 100 }, () => REPORT))).status, 200);
  });
});
