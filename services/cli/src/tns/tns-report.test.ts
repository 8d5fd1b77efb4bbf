import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '@lvra/core';
import { execute } from '@lvra/ledger/testing/look-inside';
import { TNS_SANDBOX_KEY, type TnsSandbox, type TnsSandboxOptions } from '@lvra/simulator/testing/tns/tns-sandbox';
import { makeProgram } from '../command-line/program.js';
import { COMMANDS } from '../commands.js';
import { LVRA, runLvra } from '../testing/run-lvra.js';
import { endOf, makeTnsTeam, OBJECTS, type TnsTeam } from '../testing/tns-team.js';

const [FIRST, SECOND, THIRD] = OBJECTS;

async function teamFor(t: TestContext, options?: TnsSandboxOptions): Promise<TnsTeam> {
  const team = await makeTnsTeam(options);
  t.after(() => team.end());
  return team;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end, `waited in vain until ${what}`);
    await sleep(20);
  }
}

const submissions = ({ calls }: TnsSandbox) => calls.filter(({ path }) => path === '/api/set/bulk-report').length;

describe('lvra tns-report without a site', { concurrency: 2 }, () => {
  let team: TnsTeam;
  before(async () => {
    team = await makeTnsTeam();
  });
  after(() => team.end());

  test('shows the reports as a table and as JSON, and sends nothing', async () => {
    const { code, stdout, stderr } = await team.report([FIRST, SECOND, '123']);
    assert.equal(code, 1, 'one of them cannot be reported');
    assert.match(stdout, /^diaObjectId +RA +dec +discovered \(UTC\) +brightness +last non-detection +points +note$/m);
    assert.match(
      stdout,
      /^169760231708427201 +222\.71725 +-41\.02254 +2025-12-20\.34588 +21\.29 ± 0\.12 z +archive +2$/m,
    );
    assert.match(stdout, /^123 +left out: the ledger knows no such object$/m);
    const { at_report } = JSON.parse(stdout.slice(stdout.indexOf('\n{')));
    assert.deepEqual(Object.keys(at_report), ['0', '1']);
    assert.equal(at_report[1].internal_name, `LSST-AP-DO-${SECOND}`);
    assert.match(stderr, /a dry run: nothing was sent; 2 of 3 objects would be/);
    assert.equal(team.sandbox.calls.length, 0);
    assert.deepEqual(await team.records(FIRST), []);
  });

  test('shows programs the same as JSON alone', async () => {
    const { code, stdout } = await team.report([FIRST, '123', '--json']);
    assert.equal(code, 1);
    const { site, isSent, objects, reports } = JSON.parse(stdout);
    assert.deepEqual({ site, isSent, reports }, { site: 'live', isSent: false, reports: [] });
    assert.deepEqual(objects[1], {
      ...{ diaObjectId: '123', plan: 'left_out' },
      ...{ why: 'the ledger knows no such object', report: null },
    });
    const { report, ...first } = objects[0];
    assert.deepEqual(first, { diaObjectId: FIRST, plan: 'report', why: null });
    assert.equal(report.internal_name, `LSST-AP-DO-${FIRST}`);
  });

  test('takes objects from a file and from standard input, each once', async () => {
    const file = join(team.folder, 'ids.txt');
    writeFileSync(file, `# of last night\n${SECOND}, ${FIRST}\n\n${SECOND}  # twice\n`);
    const fromFile = await team.report(['--file', file]);
    const fromInput = await team.report(['-'], `${SECOND}\n${FIRST}\n`);
    assert.equal(fromFile.code, 0, fromFile.stderr);
    assert.deepEqual(fromFile.stdout.match(/^\d{18}/gm), [SECOND, FIRST]);
    assert.equal(fromInput.stdout, fromFile.stdout);
  });

  test('takes objects by their scores', async () => {
    const { stdout, code } = await team.report(['--above', '0.75', '--since', '20260202']);
    assert.equal(code, 0);
    assert.deepEqual(stdout.match(/^\d{18}/gm)?.sort(), [FIRST, SECOND].sort());
    const none = await team.report(['--above', '0.75', '--since', '20260203']);
    assert.match(none.stderr, /there is no such object/);
  });

  const mistakes: [words: string[], line: RegExp][] = [
    [[], /say which objects/],
    [['12x'], /"12x" is not a diaObjectId/],
    [['--file', '/nowhere/ids'], /\/nowhere\/ids cannot be read: ENOENT/],
    [['--above', '0.9'], /--above and --since go together/],
    [['--above', '7', '--since', '20260202'], /'7' is invalid.*score from 0 to 1/],
    [['--above', '0.9', '--since', '20260231'], /'20260231' is invalid.*YYYYMMDD/],
    [['--above', '0.9', '--since', '20260202', '--vra', 'r9x'], /there is no VRA r9x in the settings/],
    [['--yes', FIRST], /--yes goes with --live/],
    [['--live', '--sandbox', FIRST], /cannot be used with/],
    [['--live', FIRST], /--live asks for a typed yes, and there is no terminal.*--yes/],
  ];
  for (const [words, line] of mistakes) {
    test(`lvra tns-report ${words.join(' ')}: said in one line`, async () => {
      // In this process, which spares a start each; a UsageError ends in exit code 2, as of every command.
      Object.assign(process.env, team.environment);
      const program = await makeProgram(COMMANDS);
      let said = '';
      for (const command of [program, ...program.commands]) {
        command.configureOutput({
          writeErr: (text) => {
            said += text;
          },
        });
      }
      const made = program.parseAsync(['tns-report', ...words], { from: 'user' });
      await assert.rejects(made, (error: Error) => {
        const message = error instanceof UsageError ? error.message : said.trim();
        assert.match(message, line);
        assert.ok(!message.includes('\n'), message);
        return true;
      });
    });
  }

  test('a mistake ends in exit code 2', async () => {
    const { code, stderr } = await team.report(['--live', FIRST]);
    assert.equal(code, 2);
    assert.match(stderr, /^lvra: --live asks for a typed yes.*\n$/);
  });

  test('all mistakes in both files of settings are said at once', async () => {
    const ran = await runLvra(['tns-report', '--sandbox', FIRST], {
      ...{ LVRA_DATA_ROOT: team.folder, LVRA_BATCH_ALERTS: 'x', LVRA_TNS_INSTRUMENT: 'y' },
    });
    assert.equal(ran.code, 2);
    for (const name of [
      'BATCH_ALERTS',
      'TNS_INSTRUMENT',
      'TNS_REPORTER',
      'TNS_BOT_ID',
      'TNS_BOT_NAME',
      'TNS_API_KEY',
    ]) {
      assert.match(ran.stderr, new RegExp(`LVRA_${name}\\b`));
    }
  });
});

describe('lvra tns-report --sandbox', { concurrency: 2 }, () => {
  test('ends with names, and does not send a second time', async (t) => {
    const team = await teamFor(t, { asksBeforeReply: 2 });
    const { code, stdout } = await team.report(['--sandbox', FIRST, SECOND]);
    assert.equal(code, 0, stdout);
    for (const [index, id] of [FIRST, SECOND].entries()) {
      const name = team.sandbox.taken[index]?.objname;
      assert.match(stdout, new RegExp(`^${id} +LSST-AP-DO-${id} +new object +${name}`, 'm'));
    }
    const shown = await runLvra(['object', FIRST], team.environment);
    assert.match(shown.stdout, /^reported \(UTC\) +site +at TNS +name +internal name +detail$/m);
    assert.match(
      shown.stdout,
      new RegExp(`sandbox +new object +${team.sandbox.taken[0]?.objname} +LSST-AP-DO-${FIRST}`),
    );
    const { tns } = JSON.parse((await runLvra(['object', FIRST, '--json'], team.environment)).stdout);
    assert.deepEqual([tns.length, tns[0].objname], [1, team.sandbox.taken[0]?.objname]);
    assert.deepEqual(tns[0].report, team.sandbox.received[0]);
    const again = await team.report(['--sandbox', FIRST, SECOND]);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /left out: new object 2026\w+, sandbox/);
    const { isSent, objects, reports } = JSON.parse((await team.report(['--sandbox', '--json', FIRST])).stdout);
    assert.deepEqual([isSent, objects[0].plan, objects[0].report], [true, 'left_out', null]);
    assert.match(objects[0].why, /^new object 2026\w+, sandbox/);
    assert.deepEqual(reports, [{ diaObjectId: FIRST, ...tns[0] }]);
    assert.equal(submissions(team.sandbox), 1);
    await team.report(['--sandbox', '--again', FIRST]);
    assert.equal(submissions(team.sandbox), 2, 'unless it is asked for');
  });

  test('says what TNS refuses, with exit code 1', async (t) => {
    const team = await teamFor(t, { dialect: 'tns2' });
    const { code, stdout } = await team.report(['--sandbox', FIRST]);
    assert.equal(code, 1);
    assert.match(stdout, /refused +reporting_groupid: Required field/);
    Object.assign(team.environment, { LVRA_TNS_FIELD_NAMES: 'tns2' });
    assert.equal((await team.report(['--sandbox', FIRST])).code, 0, 'the other names are taken');
  });

  test('sends what a TNS takes that speaks as the team’s script', async (t) => {
    const team = await teamFor(t, { dialect: 'team' });
    assert.equal((await team.report(['--sandbox', FIRST])).code, 1);
    Object.assign(team.environment, { LVRA_TNS_FIELD_NAMES: 'team' });
    assert.equal((await team.report(['--sandbox', FIRST])).code, 0);
  });

  test('says that the key is refused, with exit code 2', async (t) => {
    const team = await teamFor(t, { apiKey: 'another' });
    const { code, stderr } = await team.report(['--sandbox', FIRST]);
    assert.equal(code, 2);
    assert.match(stderr, /refuses the key \(HTTP 401.*LVRA_TNS_API_KEY must hold that of the bot Sandbox_Bot/);
    assert.equal((await team.records(FIRST))[0]?.outcome, 'not_sent');
  });

  test('a kill between sending and recording leaves one report, which the next run finds', async (t) => {
    const team = await teamFor(t);
    team.sandbox.fault({ call: 'set/bulk-report', kind: 'hang', when: 'after' });
    const killed = team.start(['--sandbox', FIRST, SECOND]);
    await until('TNS has the reports', () => team.sandbox.taken.length === 2);
    killed.kill('SIGKILL');
    await endOf(killed);
    assert.deepEqual(
      [(await team.records(FIRST))[0]?.outcome, (await team.records(FIRST))[0]?.reportId],
      [undefined, undefined],
    );

    const { code, stdout } = await team.report(['--sandbox', FIRST, SECOND, THIRD]);
    assert.equal(code, 0, stdout);
    for (const id of [FIRST, SECOND]) assert.match(stdout, new RegExp(`^${id} .*found there +2026`, 'm'));
    assert.equal((await team.records(THIRD))[0]?.outcome, 'inserted');
    assert.deepEqual(
      team.sandbox.received.map(({ internal_name }) => internal_name),
      OBJECTS.map((id) => `LSST-AP-DO-${id}`),
      'every object came once',
    );
  });

  test('a kill before TNS saw anything is not followed by a second report', async (t) => {
    const team = await teamFor(t);
    team.sandbox.fault({ call: 'set/bulk-report', kind: 'hang', when: 'before' });
    const killed = team.start(['--sandbox', FIRST]);
    await until('the call is under way', () => submissions(team.sandbox) === 1);
    killed.kill('SIGKILL');
    await endOf(killed);
    for (const words of [['--sandbox', FIRST], ['--sandbox', '--again', FIRST], ['--sandbox']]) {
      const { code, stdout, stderr } = await team.report(words);
      assert.equal(code, 1, stderr);
      assert.match(stdout, /in doubt +TNS gave no receipt/);
      assert.match(stderr, /--again sends the same report again/);
    }
    assert.equal(submissions(team.sandbox), 1);
  });

  test('a kill while it waits for the reply: the next run asks for it, without objects as well', async (t) => {
    const team = await teamFor(t, { asksBeforeReply: 5 });
    const killed = team.start(['--sandbox', FIRST]);
    await until('it asked for the reply', () => team.sandbox.calls.some(({ path }) => path.endsWith('reply')));
    killed.kill('SIGKILL');
    await endOf(killed);
    assert.equal((await team.records(FIRST))[0]?.outcome, undefined);
    const { code, stdout } = await team.report(['--sandbox']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /new object +2026/);
    assert.equal(submissions(team.sandbox), 1);
  });

  test('a second one at the same time is told who works, with exit code 3', async (t) => {
    const team = await teamFor(t);
    team.sandbox.fault({ call: 'set/bulk-report', kind: 'hang', when: 'after' });
    const first = team.start(['--sandbox', FIRST]);
    await until('TNS has the report', () => team.sandbox.taken.length === 1);
    const { code, stderr } = await team.report(['--sandbox', FIRST]);
    assert.equal(code, 3);
    assert.match(stderr, new RegExp(`tns\\.lock is held by process ${first.pid} .*tns-report`));
    first.kill('SIGKILL');
    await endOf(first);
    assert.equal(submissions(team.sandbox), 1);
  });

  test('the key is in no output, no argument and no file', async (t) => {
    const team = await teamFor(t, { asksBeforeReply: 5 });
    const running = team.start(['--sandbox', FIRST]);
    const ended = endOf(running);
    await until('it asked for the reply', () => team.sandbox.calls.some(({ path }) => path.endsWith('reply')));
    const seen = readFileSync(`/proc/${running.pid}/cmdline`, 'latin1');
    const { stdout, stderr } = await ended;
    const again = await team.report(['--sandbox', FIRST]);
    const refused = await makeTnsTeam({ apiKey: 'another' });
    t.after(() => refused.end());
    const failed = await refused.report(['--sandbox', FIRST]);
    assert.match(failed.stderr, /refuses the key/);
    const texts = [seen, stdout, stderr, again.stdout, again.stderr, failed.stdout, failed.stderr];
    const files = [team, refused].flatMap(({ folder }) => filesBelow(folder));
    assert.ok(files.some((path) => path.endsWith('log.db')));
    for (const text of [...texts, ...files.map((path) => readFileSync(path, 'latin1'))]) {
      assert.ok(!text.includes(TNS_SANDBOX_KEY));
    }
    for (const { path, headers } of team.sandbox.calls) {
      assert.ok(!path.includes(TNS_SANDBOX_KEY) && !headers.includes('api_key'));
    }
  });
});

describe('lvra tns-report --live', { concurrency: 2 }, () => {
  test('--yes sends without asking; the sandbox’s reports do not count there', async (t) => {
    const team = await teamFor(t);
    await team.report(['--sandbox', FIRST]);
    const { code, stdout } = await team.report(['--live', '--yes', FIRST]);
    assert.equal(code, 0, stdout);
    assert.deepEqual(
      (await team.records(FIRST)).map(({ site }) => site),
      ['sandbox', 'live'],
    );
  });

  test('--above does not report what the demonstration model thinks', async (t) => {
    const team = await teamFor(t);
    const ledger = await team.openLedger();
    await execute(ledger, `UPDATE provenance SET model_version = 'demo' WHERE diaObjectId = ${FIRST}`);
    await ledger.close();
    const { stdout } = await team.report(['--live', '--yes', '--above', '0.75', '--since', '20260202']);
    assert.match(stdout, new RegExp(`^${SECOND} `, 'm'));
    assert.ok(!stdout.includes(FIRST), stdout);
  });

  for (const [typed, sent] of [
    ['yes', 1],
    ['no', 0],
    ['y', 0],
  ] as const) {
    test(`asks at a terminal; ${typed} sends ${sent}`, async (t) => {
      const team = await teamFor(t);
      const child = atTerminal(team, ['--live', FIRST]);
      const ended = endOf(child);
      let asked = '';
      child.stdout?.on('data', (text) => {
        asked += text;
      });
      await until('it asks', () => asked.includes('Type yes to report 1 objects to http'));
      assert.equal(team.sandbox.calls.length, 0);
      child.stdin?.write(`${typed}\n`);
      const { code } = await ended;
      assert.equal(code, sent === 1 ? 0 : 1);
      assert.equal(submissions(team.sandbox), sent);
    });
  }
});

/** Runs the command at a terminal of its own, which script(1) makes. */
function atTerminal(team: TnsTeam, words: readonly string[]): ChildProcess {
  const command = [process.execPath, LVRA, 'tns-report', ...words].map((word) => `'${word}'`).join(' ');
  const env = { PATH: process.env.PATH, ...team.environment };
  return spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env, stdio: 'pipe' });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
