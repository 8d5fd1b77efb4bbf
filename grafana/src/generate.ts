import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.js';
import { prometheusRule } from './prometheus-rule.js';
import { runbookPage } from './runbook.js';

const KUBERNETES = new URL('../../deploy/kubernetes/monitoring/', import.meta.url);
const CONSOLES = new URL('../../deploy/prometheus/consoles/', import.meta.url);

for (const [file, json] of dashboards()) writeFileSync(new URL(`../dashboards/${file}`, import.meta.url), json);
mkdirSync(CONSOLES, { recursive: true });
writeFileSync(new URL('runbook.html', CONSOLES), runbookPage());
writeFileSync(new URL('rules.yaml', KUBERNETES), prometheusRule());
