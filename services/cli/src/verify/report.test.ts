import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Findings } from '@lvra/operations';
import { asText } from '../print/findings.js';

const stemOf = (second: number) => `20260301_0000${String(second).padStart(2, '0')}`;

test('findings of one kind stand together, with the first in full and the stems of the others', () => {
  const findings = new Findings();
  for (let second = 0; second < 40; second++) {
    const stem = stemOf(second);
    findings.add({
      ...{ check: 'features', stem, vra: 'r0b' },
      what: `the feature file /data/lvra/csv/2026/20260301/${stem}.csv is missing, and ${second + 7} alerts have no row`,
      todo: `\`lvra retry ${stem} --stage feature --force\``,
    });
  }
  findings.add({ check: 'ledger', what: 'the index work_by_stem is missing', todo: 'put it back' });
  const text = asText(findings, 80);
  assert.ok(
    text.split('\n').every((line) => line.length <= 80),
    text,
  );
  const [first = '', second = ''] = text.split('\n\n');
  const words = (said: string) => said.replace(/\s+/g, ' ');
  assert.match(
    words(first),
    /^features 20260301_000000 r0b: the feature file \S+_000000\.csv is missing, and 7 alerts/,
  );
  assert.match(words(first), / to do `lvra retry 20260301_000000 --stage feature --force` also 20260301_000001 r0b, /);
  assert.match(words(first), /, 20260301_000012 r0b and 27 more; --json has them all$/);
  assert.match(words(second), /^ledger the index work_by_stem is missing to do put it back$/);
  assert.match(text, /^41 things are wrong\.$/m);
});

test('a command stays on one line, to be copied whole', () => {
  const findings = new Findings();
  const command = `lvra forget scores ${Array.from({ length: 30 }, (_, id) => id).join(' ')}`;
  findings.add({ check: 'doubled', what: 'scores are there twice', todo: `with the services stopped \`${command}\`` });
  assert.ok(
    asText(findings, 60)
      .split('\n')
      .some((line) => line.includes(`\`${command}\``)),
  );
});
