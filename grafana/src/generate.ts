import { mkdirSync, writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.js';
import { runbookPage } from './runbook.js';

const CONSOLES = new URL('../../deploy/prometheus/consoles/', import.meta.url);

for (const [file, json] of dashboards()) writeFileSync(new URL(`../dashboards/${file}`, import.meta.url), json);
mkdirSync(CONSOLES, { recursive: true });
writeFileSync(new URL('runbook.html', CONSOLES), runbookPage());
