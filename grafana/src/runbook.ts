import { readFileSync } from 'node:fs';
import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import { Marked } from 'marked';

const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);

/** The section of docs/operations.md that says what to do for each alert, as Markdown. */
export function alertsSection(): string {
  const section = readFileSync(OPERATIONS, 'utf8')
    .split(/^(?=## )/m)
    .find((text) => text.startsWith('## Alerts\n'));
  if (section === undefined) throw new Error('docs/operations.md has no section "## Alerts"');
  return section;
}

/** The same as a dashboard, which all others link to. */
export const runbook = {
  uid: 'lvra-runbook',
  file: 'runbook.json',
  title: 'What to do',
  description: 'For each alert, by its name: docs/operations.md.',
  rows: {
    'For each alert': [
      new PanelBuilder()
        .title('')
        .transparent(true)
        .height(100)
        .span(24)
        .mode(TextMode.Markdown)
        .content(alertsSection()),
    ],
  },
};

/**
 * The page that an alert's `runbook_url` opens. Prometheus serves it as a console (deploy/prometheus/consoles), so that
 * no other server is needed to read it.
 *
 * @throws Error if Prometheus would read the text as a template
 */
export function runbookPage(): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${text.toLowerCase()}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      // The page is served alone: the files that the docs link to are in the checkout.
      link({ tokens }) {
        return this.parser.parseInline(tokens);
      },
    },
  });
  const text = marked.parse(alertsSection(), { async: false });
  if (text.includes('{{'))
    throw new Error('docs/operations.md has {{ below Alerts, which Prometheus takes for a template');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>LVRA Stream: what to do for each alert</title>
<style>
body { max-width: 50em; margin: 2em auto; padding: 0 1em; font: 16px/1.5 sans-serif; }
h3:target { background: #ff9; }
pre, code { background: #eee; }
</style>
${text}</html>
`;
}
