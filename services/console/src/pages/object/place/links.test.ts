import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { linksOf } from './links.js';

const PLACE = { diaObjectId: '313637921267122191', ra: 150.1, decl: -30.2, tnsName: null };

describe('links out', () => {
  test('lead to the object and its place by https alone', () => {
    const links = linksOf({ ...PLACE, tnsName: 'AT 2026abc' }, undefined);
    for (const { name, href } of links) assert.match(href, /^https:\/\/[a-z0-9.-]+\//, name);
    const hrefOf = (wanted: string) => links.find(({ name }) => name === wanted)?.href;
    assert.equal(hrefOf('Lasair'), 'https://lasair.lsst.ac.uk/objects/313637921267122191/');
    assert.equal(hrefOf('TNS AT 2026abc'), 'https://www.wis-tns.org/object/2026abc');
    assert.match(hrefOf('Legacy Surveys') ?? '', /ra=150\.1000000&dec=-30\.2000000&/);
  });

  test('of a place that nobody knows are those by its id', () => {
    const links = linksOf({ ...PLACE, ra: null }, undefined);
    assert.deepEqual(
      links.map(({ name }) => name),
      ['Lasair', 'Fink', 'ALeRCE'],
    );
  });

  test('to Lasair are those of the server that is annotated, where people can reach it', () => {
    const lasairOf = (endpoint: string) => linksOf(PLACE, endpoint)[0]?.href;
    assert.equal(
      lasairOf('https://lasair-dev.example.org/api?token=x'),
      'https://lasair-dev.example.org/objects/313637921267122191/',
    );
    for (const own of ['http://lasair.example.org/api', 'https://localhost:1/api', 'https://127.0.0.1/api']) {
      assert.equal(lasairOf(own), 'https://lasair.lsst.ac.uk/objects/313637921267122191/');
    }
  });

  test('are none to a name that TNS cannot have given', () => {
    for (const tnsName of ['..', '../../evil?x=1#', 'javascript:alert(1)', '2026a"><script>', 'a/b', '']) {
      assert.deepEqual(linksOf({ ...PLACE, tnsName }, undefined), linksOf(PLACE, undefined), tnsName);
    }
  });
});
