import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TnsLedger } from '@lvra/ledger';
import { makeTnsWorld, sampleReport } from '../testing/tns-world.js';
import { DOUBT_MS } from './in-doubt.js';

const ID = 169760231708427201n;

const outcomesOf = async (ledger: TnsLedger, id = ID) => (await ledger.ofObject(id)).map(({ outcome }) => outcome);

describe('sending reports', () => {
  test('ends with the name that TNS gave', async (t) => {
    const { submitting, sandbox, ledger } = await makeTnsWorld(t);
    await submitting.send([sampleReport(ID)], false);
    const [record] = await ledger.tns.ofObject(ID);
    assert.deepEqual([record?.outcome, record?.objname], ['inserted', sandbox.taken[0]?.objname]);
    assert.equal(record?.reportId, sandbox.calls.at(-1)?.form.report_id);
    assert.equal(record?.report, JSON.stringify(sandbox.received[0]), 'what is recorded is what was sent');
  });

  test('asks for the reply until there is one, at growing distance', async (t) => {
    const { submitting, sandbox, ledger } = await makeTnsWorld(t, { asksBeforeReply: 5 });
    const begun = performance.now();
    await submitting.send([sampleReport(ID)], false);
    assert.deepEqual(await outcomesOf(ledger.tns), ['inserted']);
    const replies = sandbox.calls.filter(({ path }) => path === '/api/get/bulk-report-reply');
    assert.deepEqual(
      replies.map(({ status }) => status),
      [404, 404, 404, 404, 404, 200],
    );
    // At least half of 10 + 20 + 40 + … + 320 ms.
    assert.ok(performance.now() - begun > 300);
  });

  test('waits for the last report of a submission that is processed bit by bit', async (t) => {
    const { submitting, sandbox, ledger } = await makeTnsWorld(t, { asksBeforeAll: 2 });
    await submitting.send([sampleReport(ID), sampleReport(ID + 1n), sampleReport(ID + 2n)], false);
    for (const id of [ID, ID + 1n, ID + 2n]) assert.deepEqual(await outcomesOf(ledger.tns, id), ['inserted']);
    assert.equal(sandbox.calls.length, 1 + 1 + 2 + 1, 'the submission, not there, in part twice, whole');
  });

  test('goes a hundred at a time', async (t) => {
    const { submitting, sandbox, ledger } = await makeTnsWorld(t, { limit: { calls: 1_000, seconds: 60 } });
    const reports = Array.from({ length: 250 }, (_, i) => sampleReport(ID + BigInt(i)));
    await submitting.send(reports, false);
    const sizes = sandbox.calls
      .filter(({ path }) => path === '/api/set/bulk-report')
      .map(({ form }) => Object.keys(JSON.parse(form.data ?? '').at_report).length);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.equal(sandbox.taken.length, 250);
    for (const { diaObjectId } of reports) {
      assert.equal((await ledger.tns.standing('sandbox', diaObjectId))?.outcome, 'inserted');
    }
  });

  test('tells an object of others from a new one', async (t) => {
    const others = { objname: '2025zzz', ra: Number(ID % 3_600n) / 10, dec: -41.0225 };
    const { submitting, ledger } = await makeTnsWorld(t, { objects: [others] });
    await submitting.send([sampleReport(ID)], false);
    const standing = await ledger.tns.standing('sandbox', ID);
    assert.deepEqual([standing?.outcome, standing?.objname], ['existing', '2025zzz']);
  });

  test('records what TNS rejects, field by field, and lets it be sent again once it is fixed', async (t) => {
    const { submitting, ledger } = await makeTnsWorld(t);
    const bad = sampleReport(ID, {
      reporter: '',
      photometry: { photometry_group: { 0: { obsdate: 'x', flux: '21' } } },
    });
    await submitting.send([bad, sampleReport(ID + 1n)], false);
    const [record] = await ledger.tns.ofObject(ID);
    assert.equal(record?.outcome, 'refused');
    assert.match(record?.detail ?? '', /reporter: Required field; photometry\.0\.obsdate: Required field/);
    assert.deepEqual(await outcomesOf(ledger.tns, ID + 1n), ['inserted'], 'the good one beside it is taken');
    await submitting.send([sampleReport(ID)], false);
    assert.deepEqual(await outcomesOf(ledger.tns), ['refused', 'inserted']);
  });

  test('does not send what is at TNS already, by us or by others with the same report', async (t) => {
    const { submitting, sandbox, ledger, client } = await makeTnsWorld(t);
    // Somebody else of the team, with another ledger.
    await client.call('set/bulk-report', { data: `{"at_report":{"0":${sampleReport(ID).report}}}` });
    await submitting.send([sampleReport(ID)], false);
    const standing = await ledger.tns.standing('sandbox', ID);
    assert.deepEqual([standing?.outcome, standing?.objname], ['identical', sandbox.objects[0]?.objname]);
    assert.match(standing?.detail ?? '', /An identical AT report/);
    await submitting.send([sampleReport(ID)], false);
    assert.equal(sandbox.received.length, 2, 'the second time nothing goes out');
    await submitting.send([sampleReport(ID)], true);
    assert.equal(sandbox.received.length, 3, 'unless it is asked for');
    assert.equal(sandbox.taken.length, 1);
  });

  test('is told by TNS as a whole what is no submission', async (t) => {
    const { submitting, ledger } = await makeTnsWorld(t);
    await submitting.send([{ ...sampleReport(ID), report: '{"ra":' }], false);
    const [record] = await ledger.tns.ofObject(ID);
    assert.equal(record?.outcome, 'refused');
    assert.match(record?.detail ?? '', /HTTP 400 .*Bad Request/);
  });

  test('a key that TNS rejects is reported, and nothing counts as sent', async (t) => {
    const { submitting, ledger, sandbox } = await makeTnsWorld(t, { apiKey: 'another-key' });
    await assert.rejects(submitting.send([sampleReport(ID)], false), (error: Error) => {
      assert.match(error.message, /refuses the key \(HTTP 401 .*Unauthorized.*LVRA_TNS_API_KEY.*Sandbox_Bot, id 12345/);
      assert.ok(!error.message.includes('tns-sandbox-key'), 'the key is not in it');
      return true;
    });
    assert.deepEqual(await outcomesOf(ledger.tns), ['not_sent']);
    assert.equal(sandbox.received.length, 0);
  });

  test('if nothing listens, nothing counts as sent and no more is tried', async (t) => {
    const { submitting, ledger, sandbox, said } = await makeTnsWorld(t, { sending: { pollMs: 1 } });
    await sandbox.close();
    const reports = Array.from({ length: 101 }, (_, i) => sampleReport(ID + BigInt(i)));
    await submitting.send(reports, false);
    assert.deepEqual(await outcomesOf(ledger.tns), ['not_sent']);
    assert.deepEqual(await outcomesOf(ledger.tns, ID + 100n), [], 'the second hundred is not begun');
    assert.match(said.join('\n'), /TNS took nothing: .*ECONNREFUSED/);
  });

  test('a reply that does not come is left for the next run, which asks for it', async (t) => {
    const world = await makeTnsWorld(t, { asksBeforeReply: 4, sending: { replyMs: 60 } });
    await world.submitting.send([sampleReport(ID)], false);
    assert.deepEqual(await outcomesOf(world.ledger.tns), [undefined]);
    assert.match(world.said.join('\n'), /reply 91000 is missing on 1 report \(it is not ready\)/);
    // Each run asks once at least.
    for (let run = 0; run < 5; run++) await world.submitting.resolve();
    assert.deepEqual(await outcomesOf(world.ledger.tns), ['inserted']);
    assert.equal(world.sandbox.received.length, 1);
  });
});

describe('a submission whose answer is lost', () => {
  for (const fault of [
    { kind: 'reset', when: 'after' },
    { kind: 'cut' },
    { kind: 'rubbish', when: 'after' },
    { kind: 'status', status: 502, when: 'after' },
    { kind: 'hang', when: 'after' },
  ] as const) {
    test(`(${fault.kind}) is not sent again: TNS is asked whether it has the object`, async (t) => {
      const { submitting, sandbox, ledger, said } = await makeTnsWorld(t, { sending: { timeoutMs: 300 } });
      sandbox.fault({ call: 'set/bulk-report', ...fault });
      await submitting.send([sampleReport(ID), sampleReport(ID + 1n)], false);
      assert.deepEqual(await outcomesOf(ledger.tns), [undefined], 'in doubt');
      assert.match(said.join('\n'), /is not known/);
      await submitting.send([sampleReport(ID)], false);
      await submitting.send([sampleReport(ID)], true);
      assert.equal(sandbox.received.length, 2, 'not even when asked for, before TNS was asked');
      await submitting.resolve();
      const standing = await ledger.tns.standing('sandbox', ID);
      assert.deepEqual([standing?.outcome, standing?.objname], ['found', sandbox.taken[0]?.objname]);
      assert.equal((await ledger.tns.standing('sandbox', ID + 1n))?.outcome, 'found');
      assert.equal(sandbox.taken.length, 2);
    });
  }

  test('and that TNS never saw stays in doubt, until the operator has the same report sent again', async (t) => {
    const world = await makeTnsWorld(t);
    const { submitting, sandbox, ledger } = world;
    sandbox.fault({ call: 'set/bulk-report', kind: 'reset', when: 'before' });
    await submitting.send([sampleReport(ID)], false);
    await submitting.resolve();
    assert.deepEqual(await outcomesOf(ledger.tns), [undefined]);

    world.clock += DOUBT_MS - 1;
    await submitting.send([sampleReport(ID)], true);
    assert.equal(sandbox.received.length, 0, 'TNS may be busy with it still');
    world.clock += 1;
    await submitting.send([sampleReport(ID)], false);
    assert.equal(sandbox.received.length, 0, 'it was not asked for');
    await submitting.send([sampleReport(ID)], true);
    assert.deepEqual(await outcomesOf(ledger.tns), ['lost', 'inserted']);
  });

  test('and that TNS took all the same comes back as identical: there is one report', async (t) => {
    const world = await makeTnsWorld(t);
    const { submitting, sandbox, ledger } = world;
    sandbox.fault({ call: 'set/bulk-report', kind: 'reset', when: 'after' });
    await submitting.send([sampleReport(ID)], false);
    // TNS has it, and its search does not show it.
    world.clock += DOUBT_MS;
    await submitting.send([sampleReport(ID)], true);
    assert.deepEqual(await outcomesOf(ledger.tns), ['lost', 'identical']);
    assert.equal(sandbox.taken.length, 1);
  });

  test('is searched again if TNS fails to answer', async (t) => {
    const { submitting, sandbox, ledger, said } = await makeTnsWorld(t, { sending: { pollMs: 1 } });
    sandbox.fault({ call: 'set/bulk-report', kind: 'reset', when: 'after' });
    await submitting.send([sampleReport(ID)], false);
    sandbox.fault({ call: 'get/search', kind: 'status', status: 503, times: 5 });
    await submitting.resolve();
    assert.deepEqual(await outcomesOf(ledger.tns), [undefined]);
    assert.match(said.join('\n'), /TNS could not be asked for LSST-AP-DO-169760231708427201: HTTP 503/);
    await submitting.resolve();
    assert.deepEqual(await outcomesOf(ledger.tns), ['found']);
  });
});
