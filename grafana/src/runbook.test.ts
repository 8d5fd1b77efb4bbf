import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runbookPage } from './runbook.js';

const PROMETHEUS = new URL('../../deploy/prometheus/', import.meta.url);

test('the runbook that Prometheus serves is what docs/operations.md says: run node grafana/dist/generate.js', () => {
  assert.equal(readFileSync(new URL('consoles/runbook.html', PROMETHEUS), 'utf8'), runbookPage());
});

test('every runbook_url leads to a heading of the page', () => {
  const page = runbookPage();
  const headings = [...readFileSync(new URL('rules/lvra.yml', PROMETHEUS), 'utf8').matchAll(/runbook\.html#(\w+)/g)];
  assert.ok(headings.length > 25);
  for (const [, heading] of headings) assert.ok(page.includes(`<h3 id="${heading}">`), heading);
});
