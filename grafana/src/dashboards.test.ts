import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { dashboards } from './dashboards.js';
import { LIMITS } from './limits.js';

interface PanelJson {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: { readonly expr: string }[];
}

const written = [...dashboards()].map(([file, json]) => ({
  file,
  json,
  panels: JSON.parse(json).panels as PanelJson[],
}));

describe('the dashboards', () => {
  for (const { file, json, panels } of written) {
    test(`${file} is what its source says: run node grafana/dist/generate.js`, () => {
      assert.equal(readFileSync(new URL(`../dashboards/${file}`, import.meta.url), 'utf8'), json);
    });

    test(`every panel of ${file} has a unit, a query and a word on what to conclude`, () => {
      for (const panel of panels.filter(({ type }) => type !== 'row' && type !== 'text')) {
        assert.ok(panel.fieldConfig?.defaults.unit, panel.title);
        assert.ok((panel.description ?? '').length > 40, panel.title);
        assert.ok(panel.targets?.length, panel.title);
      }
    });
  }

  test('draw the limits at which the alerts fire', () => {
    const rules = parse(readFileSync(new URL('../../deploy/prometheus/rules/lvra.yml', import.meta.url), 'utf8')) as {
      groups: { rules: { alert?: string; record?: string; expr: string }[] }[];
    };
    const named = rules.groups.flatMap(({ rules }) =>
      rules.map(({ alert, record, expr }) => [alert ?? record, expr] as const),
    );
    const expressions = new Map<string | undefined, string>(named);
    for (const { alert, value } of Object.values(LIMITS)) {
      const factors = (expressions.get(alert) ?? '').match(/[<>] *([\d.* ]+)|le="60"/g) ?? [];
      const numbers = factors.map((found) => (found.startsWith('le') ? 60 : product(found.slice(1))));
      assert.ok(
        numbers.some((number) => Math.abs(number - value) < 1e-12),
        `${alert}: ${value} of ${numbers}`,
      );
    }
  });
});

const product = (text: string) => text.split('*').reduce((sum, factor) => sum * Number(factor), 1);
