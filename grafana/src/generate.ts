import { writeFileSync } from 'node:fs';
import { dashboards } from './dashboards.js';

for (const [file, json] of dashboards()) writeFileSync(new URL(`../dashboards/${file}`, import.meta.url), json);
