import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ALL_NIGHTS, ScoredNights } from '../../testing/scored-nights.js';

const OBJECT = 170046091000545381n;
const SCORED = ScoredNights.empty({ after }).then(async (nights) => {
  await nights.simulate(120, 60);
  nights.addShadow();
  for (const ran of [await nights.backfill('r0b_next'), await nights.workOff()]) assert.equal(ran.code, 0, ran.stderr);
  return nights;
});

const LABELS = 'SELECT diaObjectId, label, who, labelled_at FROM label ORDER BY ID';

describe('lvra label', () => {
  test('labels an object, and takes one’s own label back', async (t) => {
    const nights = await (await SCORED).copy(t);
    const said = async (...words: string[]) => (await nights.run(['label', ...words])).stdout.split('\n')[0];
    assert.equal(await said(`${OBJECT}`, 'bogus', '--who', 'eve'), `${OBJECT}: bogus, as eve says`);
    assert.equal(await said(`${OBJECT}`, 'real', '--who', 'ada'), `${OBJECT}: real, as ada says`);
    assert.equal(await said(`${OBJECT}`, '--take-back', '--who', 'ada'), `${OBJECT}: bogus, as eve says`);
    const { code, stderr } = await nights.run(['label', `${OBJECT}`, '--take-back', '--who', 'ada']);
    assert.deepEqual([code, stderr.trim()], [2, `lvra: ${OBJECT} has no label by ada`]);
    for (const words of [
      ['1.7e17', 'real'],
      [`${OBJECT}`],
      [`${OBJECT}`, 'a,b'],
      [`${OBJECT}`, 'real', '--take-back'],
    ]) {
      assert.equal((await nights.run(['label', ...words])).code, 2, words.join(' '));
    }
  });

  test('says what may be a slip: an object of which no alert came, a label that no VRA counts', async (t) => {
    const nights = await (await SCORED).copy(t);
    const said = async (...words: string[]) => (await nights.run(['label', ...words, '--who', 'ada'])).stdout.trim();
    const [[known] = []] = await nights.rows('SELECT max(diaObjectId) FROM provenance');
    assert.equal(await said(`${known}`, 'real'), `${known}: real, as ada says`);
    assert.equal(
      await said(`${OBJECT}`, 'reall'),
      [
        `${OBJECT}: reall, as ada says`,
        `no alert came of ${OBJECT}: is the id right?`,
        'purity and completeness leave out "reall": what counts is real, bogus',
      ].join('\n'),
    );
  });
});

describe('lvra labels import', () => {
  async function importing(nights: ScoredNights, text: string, ...options: string[]) {
    const file = join(nights.root, 'labels.csv');
    writeFileSync(file, text);
    return nights.run(['labels', 'import', file, ...options]);
  }

  test('records whose columns stand in any order, each with its own name and time, and none twice', async (t) => {
    const nights = await (await SCORED).copy(t);
    const text = [
      '\ufeffwhen,label,comment,who,diaObjectId',
      `2026-04-22T04:15:02.5Z,real,"two, of them",ada,${OBJECT}`,
      `2026-04-23,bogus,,,9223372036854775807`,
      '',
    ].join('\r\n');
    const first = await importing(nights, text, '--who', 'eve');
    assert.match(first.stdout, /^2 labels recorded, of 2 objects in .*labels\.csv$/m);
    assert.match(
      first.stdout,
      /^no alert came of 2 of them, such as 170046091000545381: they may be of other years, or a spread/m,
    );
    const rows = [
      [OBJECT, 'real', 'ada', BigInt(Date.UTC(2026, 3, 22, 4, 15, 2, 500))],
      [2n ** 63n - 1n, 'bogus', 'eve', BigInt(Date.UTC(2026, 3, 23))],
    ];
    assert.deepEqual(await nights.rows(LABELS), rows);
    const again = await importing(nights, `${text}2026-04-24 10:00,SN Ia?,,ada,${OBJECT}\n`, '--who', 'eve');
    assert.match(again.stdout, /^1 label recorded, of 2 objects in .*; 2 were there before$/m);
    assert.match(again.stdout, /^purity and completeness leave out "SN Ia\?": what counts is real, bogus$/m);
    assert.equal((await nights.rows(LABELS)).length, 3);
  });

  test('names every row that is wrong, and then records none', async (t) => {
    const nights = await (await SCORED).copy(t);
    const rows = [`1.70046E+17,real,`, `${OBJECT},"a,b",`, `${OBJECT},real,yesterday`, `${OBJECT},real,`, `,real,`];
    const { code, stderr } = await importing(nights, `diaObjectId,label,when\n${rows.join('\n')}\n`);
    assert.equal(code, 2);
    assert.match(stderr, /nothing is imported, because of 4 rows/);
    assert.match(stderr, /^lvra: row 2: diaObjectId is "1\.70046E\+17": write all of its digits/m);
    assert.match(stderr, /^lvra: row 3: label is "a,b"/m);
    assert.match(stderr, /^lvra: row 4: when is "yesterday": write YYYY-MM-DD/m);
    assert.match(stderr, /^lvra: row 6: diaObjectId is ""/m);
    assert.deepEqual(await nights.rows(LABELS), []);
    const other = await importing(nights, 'id,class\n1,real\n');
    assert.match(other.stderr, /has no column diaObjectId and no column label: its first line must name/);
  });

  test('refuses columns that are ambiguous and times that are impossible', async (t) => {
    const nights = await (await SCORED).copy(t);
    const header = 'diaObjectId,label,who,when';
    for (const [text, said] of [
      [`${header}\n${OBJECT},SN, Ia,ada,2026-04-22`, 'row 2: it has 5 cells where the first line has 4'],
      [`${header}\n${OBJECT},real`, 'row 2: it has 2 cells where the first line has 4'],
      [`${header},label\n${OBJECT},real,,,bogus`, 'has two columns label: leave one of them'],
      [`${header}\n${OBJECT},real,"a\nb",`, 'row 2: who is "a\\nb": write 1 to 100 characters'],
      [`${header}\n${OBJECT},real,,2026-02-31`, 'row 2: when is "2026-02-31": write YYYY-MM-DD'],
      [`${header}\n${OBJECT},real,,2999-01-01`, 'row 2: when is "2999-01-01": that is in the future'],
    ] as const) {
      const { code, stderr } = await importing(nights, text);
      assert.equal(code, 2, text);
      assert.ok(stderr.includes(said), stderr);
    }
    const folder = await nights.run(['labels', 'import', nights.root]);
    assert.match(folder.stderr, /is a folder: name a CSV file/);
    const who = await nights.run(['label', `${OBJECT}`, 'real', '--who', '\u001b[31m']);
    assert.equal(who.code, 2);
    assert.deepEqual(await nights.rows(LABELS), []);
  });

  test('takes ten thousand at once, and versions are compared by them', async (t) => {
    const nights = await (await SCORED).copy(t);
    const scores = await nights.rows(
      `SELECT diaObjectId, model_name, score FROM provenance LEFT JOIN source USING (diaSourceId) ORDER BY midpointMjdTai, diaSourceId`,
    );
    const newest = new Map(scores.map(([id, vra, score]) => [`${vra} ${id}`, score as number]));
    const objects = [...new Set(scores.map(([id]) => id as bigint))];
    const label = (at: number) => (at % 3 === 0 ? 'bogus' : at % 7 === 0 ? 'star' : 'real');
    const others = Array.from({ length: 10_000 - objects.length }, (_, n) => `${OBJECT + BigInt(n)},real,2026-04-22`);
    const lines = objects.map((id, at) => `${id},${label(at)},2026-04-22`);
    const ran = await importing(nights, `diaObjectId,label,when\n${[...lines, ...others].join('\n')}\n`);
    assert.match(ran.stdout, /^10,000 labels recorded, of 10,000 objects/m);
    assert.match(
      ran.stdout,
      new RegExp(`^no alert came of ${others.length.toLocaleString('en')} of them, such as ${OBJECT}: `, 'm'),
    );

    const words = ['model', 'compare', 'r0b', 'a1', 'r0b_next:b1', ...ALL_NIGHTS, '--threshold', '0.6'];
    const { stdout } = await nights.run([...words, '--purity', '0.7']);
    assert.match(stdout, /^By labels \(positive: real; negative: bogus\)/m);
    const json = JSON.parse((await nights.run([...words, '--purity', '0.7', '--json'])).stdout);
    for (const [name, vra] of [
      ['r0b a1', 'r0b'],
      ['r0b_next b1', 'r0b_next'],
    ] as const) {
      const labelled = objects.flatMap((id, at) =>
        label(at) === 'star' ? [] : [[label(at), newest.get(`${vra} ${id}`)]],
      );
      const taken = labelled.filter(([, score]) => (score as number) >= 0.6);
      const right = taken.filter(([label]) => label === 'real').length;
      const positive = labelled.filter(([label]) => label === 'real').length;
      const { atThreshold, atPurity, ...found } = json.byLabels[name];
      assert.deepEqual(
        [found.positive, found.negative, found.unscored, found.otherLabels],
        [positive, labelled.length - positive, others.length, objects.length - labelled.length],
      );
      assert.deepEqual(
        [atThreshold.taken, atThreshold.purity, atThreshold.completeness],
        [taken.length, taken.length === 0 ? null : right / taken.length, right / positive],
      );
      assert.ok(atPurity === null || atPurity.purity >= 0.7);
    }
  });
});
