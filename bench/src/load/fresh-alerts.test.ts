import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEnvelope } from '@lvra/shared/alerts/envelope';
import { simulatedStream } from '../pipeline/alerts.js';
import { freshAlerts } from './fresh-alerts.js';

test('the same alerts come again as new sources of new objects, and are otherwise as they were', () => {
  const fresh = freshAlerts(2);
  const sent = Array.from({ length: 6 }, () => fresh.next().value);
  assert.equal(new Set(sent.map((bytes) => readEnvelope(bytes).diaObjectId)).size, 6);
  const stream = simulatedStream();
  const templates = [stream.next().value, stream.next().value];
  for (const [serial, bytes] of sent.entries()) {
    const { text, diaObjectId, diaSourceId } = templates[serial % 2] as (typeof templates)[0];
    const ids = [`${readEnvelope(bytes).diaObjectId}`, `${readEnvelope(bytes).diaObjectId + 1n}`] as const;
    const asBefore = bytes.toString().replaceAll(ids[0], `${diaObjectId}`).replaceAll(ids[1], `${diaSourceId}`);
    assert.equal(asBefore, text);
    assert.ok(bytes.includes(ids[1]), 'the newest source has an id of its own');
    assert.ok(!bytes.includes(`${diaSourceId}`));
  }
});
