import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDone, statusMeaning } from '../status.js';
import { parseId } from './ids.js';
import { isLabel, isPerson } from './labels.js';
import { routeOf } from './routes.js';
import { STAGES } from './stages.js';
import { instantOfStem, isStem, nextStem, nightOf, stemOf } from './stem.js';
import { DEFAULT_PREFIX, isNatsPrefix, isVraName, natsNames, stemOfSubject, subjects } from './subjects.js';

const STEM = '20260202_102448';

test('an id is read exactly, up to 63 bits, and nothing else is', () => {
  assert.equal(parseId('170019716327800983'), 170019716327800983n);
  assert.equal(parseId('9223372036854775807'), 9223372036854775807n);
  assert.equal(parseId('1'), 1n);
  for (const text of [
    '',
    '0',
    '-1',
    '+1',
    '01',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '1\n',
    '0x1',
    '1_000',
    '9223372036854775808',
    '1'.repeat(30),
    '١',
  ]) {
    assert.equal(parseId(text), undefined, JSON.stringify(text));
  }
});

describe('a stem', () => {
  test('names the UTC second of an instant', () => {
    assert.equal(stemOf(new Date('2026-02-02T10:24:48.999Z')), STEM);
    assert.equal(nightOf(new Date('2026-02-02T23:59:59.999-05:00')), '20260203');
    assert.deepEqual(instantOfStem(STEM), new Date('2026-02-02T10:24:48.000Z'));
  });

  test('is followed by that of the next second, over every boundary', () => {
    const pairs = {
      [STEM]: '20260202_102449',
      '20261231_235959': '20270101_000000',
      '20280228_235959': '20280229_000000',
    };
    for (const [stem, next] of Object.entries(pairs)) assert.equal(nextStem(stem), next);
    assert.throws(() => nextStem('20260202'), TypeError);
  });

  test('is nothing that names no real second', () => {
    assert.equal(isStem(STEM), true);
    const wrong = [
      '',
      '20260202',
      '20260202_1024480',
      '2026-02-02_102448',
      '20260230_000000',
      '20261301_000000',
      '20260202_240000',
    ];
    for (const text of [...wrong, '20260202_106000', '20260202_102460', `${STEM}\n`, ` ${STEM}`, '../../etc/passwd']) {
      assert.equal(isStem(text), false, JSON.stringify(text));
    }
  });
});

describe('subjects', () => {
  const matches = (filter: string, subject: string) =>
    new RegExp(`^${filter.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`).test(subject);

  test('end with their stem and belong to exactly one stream', () => {
    const { alerts, features, scores, annotated } = subjects;
    const { work, dead } = natsNames(DEFAULT_PREFIX);
    const ofWork = [alerts(STEM), features('r0b', STEM), scores('r0b', STEM), annotated('r0b', STEM)];
    for (const subject of ofWork) {
      assert.equal(stemOfSubject(subject), STEM);
      assert.equal(work.subjects.filter((filter) => matches(filter, subject)).length, 1, subject);
      assert.ok(!dead.subjects.some((filter) => matches(filter, subject)));
    }
    assert.deepEqual(ofWork, [
      `lvra.alerts.${STEM}`,
      `lvra.features.r0b.${STEM}`,
      `lvra.scores.r0b.${STEM}`,
      `lvra.annotated.r0b.${STEM}`,
    ]);
    assert.ok(dead.subjects.some((filter) => matches(filter, subjects.dead('predict', 'r0b', STEM))));
  });

  test('and streams of two prefixes have nothing in common', () => {
    const [ours, theirs] = [natsNames(DEFAULT_PREFIX), natsNames('lvra_dev')];
    assert.equal(theirs.subject(routeOf('predict', 'r0b').input(STEM)), `lvra_dev.features.r0b.${STEM}`);
    assert.deepEqual([ours.work.name, ours.dead.name], ['LVRA', 'LVRA_DEAD']);
    assert.deepEqual([theirs.work.name, theirs.dead.name], ['LVRA_DEV', 'LVRA_DEV_DEAD']);
    const subjectsOf = ({ work, dead }: typeof ours) => [...work.subjects, ...dead.subjects];
    for (const subject of subjectsOf(theirs)) {
      assert.ok(!subjectsOf(ours).some((filter) => matches(filter, subject)), subject);
    }
  });

  test('begin with no prefix under which two deployments would share a stream', () => {
    for (const prefix of ['lvra', 'lvra_dev', 'a-1']) assert.ok(isNatsPrefix(prefix), prefix);
    for (const prefix of ['', 'Lvra', 'lvra_dead', 'a.b', 'a>', '*', '1a', '_a', 'a b', 'a'.repeat(33)]) {
      assert.ok(!isNatsPrefix(prefix), prefix);
    }
  });

  test('lead from each stage to the next, of the same VRA only', () => {
    const routes = STAGES.map((stage) => routeOf(stage, 'r0b'));
    routes.forEach((route, i) => {
      assert.ok(matches(route.filter, route.input(STEM)));
      const next = routes[i + 1];
      if (next) assert.equal(route.output(STEM), next.input(STEM));
    });
    assert.ok(!matches(routeOf('predict', 'r0b').filter, routeOf('predict', 'agn').input(STEM)));
    assert.equal(new Set([...routes, routeOf('feature', 'agn')].map(({ durable }) => durable)).size, 4);
  });

  test('are never made from what is no stem', () => {
    assert.throws(() => subjects.alerts('>'), TypeError);
    assert.throws(() => routeOf('predict', 'r0b').input('20260202_102448.x'), TypeError);
  });
});

test('the name of a VRA fits a subject, a column and a label', () => {
  for (const name of ['r0b', 'A', 'agn_2', 'x'.repeat(32)]) assert.equal(isVraName(name), true, name);
  for (const name of ['', '0b', 'a.b', 'a-b', 'a b', 'a*', '"', 'é', 'stem', 'TIMESTAMP', 'x'.repeat(33), 'a\n']) {
    assert.equal(isVraName(name), false, JSON.stringify(name));
  }
});

test('of the status codes 1 and -1 are done, and every other is work still to do', () => {
  assert.deepEqual([1, -1].map(isDone), [true, true]);
  for (const code of [0, 21, 22, 23, 30, 31, 40, 41, 42, 99, 2, -2]) assert.equal(isDone(code), false, String(code));
  assert.equal(statusMeaning(21), 'input file not found');
  assert.equal(statusMeaning(-1), 'partial');
  assert.equal(statusMeaning(77), 'status 77');
});

test('a label is a word or some, without what a list or a terminal would take for something else', () => {
  for (const label of ['real', 'SN Ia?', 'CV/nova', '2026-x', 'x'.repeat(32)])
    assert.equal(isLabel(label), true, label);
  for (const label of ['', ' real', 'real ', 'a,b', 'a\nb', 'é', '"', 'with', 'without', 'x'.repeat(33)]) {
    assert.equal(isLabel(label), false, JSON.stringify(label));
  }
});

test('who gave a label is on one line, without what a terminal would take for a command', () => {
  for (const who of ['ada', 'Å. Ngström', '王', 'x'.repeat(100)]) assert.equal(isPerson(who), true, who);
  for (const who of ['', ' ', ' ada', 'a\nb', '\u001b[31m', '\u009b1m', '\u2028', '\ud800', 'x'.repeat(101)]) {
    assert.equal(isPerson(who), false, JSON.stringify(who));
  }
});
