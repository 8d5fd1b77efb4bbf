import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

const RULES = new URL('../../deploy/prometheus/rules/lvra.yml', import.meta.url);

interface Rule {
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Groups {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** The page is served by compose's own Prometheus alone; elsewhere the text that it is made from says the same. */
const SERVED_PAGE = '{{ $externalURL }}/consoles/runbook.html';

/** The rules of deploy/prometheus/rules as the Prometheus Operator takes them: deploy/kubernetes/monitoring/rules.yaml. */
export function prometheusRule(): string {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as Groups;
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'lvra' },
    spec: { groups: groups.map((group) => ({ ...group, rules: group.rules.map(withReadablePage) })) },
  };
  const head = '# Made from deploy/prometheus/rules/lvra.yml, which also says why: node grafana/dist/generate.js.\n';
  return head + stringify(object, { lineWidth: 0 });
}

function withReadablePage(rule: Rule): Rule {
  const page = rule.annotations?.runbook_url;
  if (page === undefined) return rule;
  return {
    ...rule,
    annotations: { ...rule.annotations, runbook_url: page.replace(SERVED_PAGE, 'docs/operations.md') },
  };
}
