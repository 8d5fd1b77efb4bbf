import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { prometheusRule } from './prometheus-rule.js';

const DEPLOY = new URL('../../deploy/', import.meta.url);

interface Rule {
  readonly alert?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rulesOf = (groups: readonly { readonly rules: readonly Rule[] }[]) => groups.flatMap(({ rules }) => rules);
const written = parse(readFileSync(new URL('prometheus/rules/lvra.yml', DEPLOY), 'utf8'));
const made = parse(prometheusRule());

describe('the rules for Kubernetes', () => {
  test('are what their source says: run node grafana/dist/generate.js', () => {
    assert.equal(readFileSync(new URL('kubernetes/monitoring/rules.yaml', DEPLOY), 'utf8'), prometheusRule());
  });

  test('are those of compose, but for where an alert’s page is', () => {
    const withoutPage = ({ annotations, ...rule }: Rule) => {
      const { runbook_url: _, ...others } = annotations ?? {};
      return { ...rule, others };
    };
    assert.deepEqual(rulesOf(made.spec.groups).map(withoutPage), rulesOf(written.groups).map(withoutPage));
  });

  test('name no page that only compose serves', () => {
    for (const { alert, annotations } of rulesOf(made.spec.groups)) {
      if (annotations?.runbook_url === undefined) continue;
      assert.equal(annotations.runbook_url, `docs/operations.md#${alert?.toLowerCase()}`);
    }
  });
});
