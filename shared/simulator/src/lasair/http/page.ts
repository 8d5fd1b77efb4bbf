import type { CallRecord, Counts, ReceivedCall } from '../record.js';
import type { AnnotationStore, StoredAnnotation } from '../storage.js';

/** What the page shows. */
export interface Sights {
  readonly store: AnnotationStore;
  readonly record: CallRecord;
}

/** How many of the latest calls and of the newest annotations the page shows. */
const SHOWN = 25;

/** The page for users: counters, latest calls, newest annotations. It reloads itself. */
export function page({ store, record }: Sights): string {
  const { counts } = record;
  const newest = [...store.annotations.values()].slice(-SHOWN).reverse();
  const calls = record.calls.slice(-SHOWN).reverse();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="3">
<title>Sandbox Lasair</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2530; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #e3e7ec; vertical-align: top; }
th { font-weight: 600; color: #5b6673; }
p { color: #5b6673; }
</style>
</head>
<body>
<h1>Sandbox Lasair</h1>
<p>Stands in for Lasair's annotation calls; nothing leaves this machine. It holds ${store.annotations.size} annotations;
${counts.accepted} were accepted, older ones of the same objects included, and ${counts.lost} lost in storing.</p>
<h2>Calls</h2>
${table(['Endpoint', 'Answered', 'Calls'], countRows(counts))}
<h2>Newest annotations</h2>
${table(['Stored', 'Topic', 'Object', 'Classification', 'Version'], newest.map(annotationRow))}
<h2>Latest calls</h2>
${table(['At', 'Call', 'Answered', 'Sent', 'Queued', 'Fault'], calls.map(callRow))}
</body>
</html>
`;
}

function countRows(counts: Counts): string[][] {
  return Object.entries(counts.calls).flatMap(([endpoint, statuses]) =>
    Object.entries(statuses).map(([status, calls]) => [endpoint, status, String(calls)]),
  );
}

function annotationRow(annotation: StoredAnnotation): string[] {
  const { timestamp, topic, objectId, classification, version } = annotation;
  return [time(timestamp), topic, objectId, classification, version];
}

function callRow(call: ReceivedCall): string[] {
  const { at, method, path, status, items, accepted, fault = '' } = call;
  return [time(at), `${method} ${path}`, String(status), String(items), String(accepted), fault];
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return '<p>None yet.</p>';
  const cells = (tag: 'th' | 'td', texts: string[]) =>
    `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;
  return `<table>\n${[cells('th', head), ...rows.map((row) => cells('td', row))].join('\n')}\n</table>`;
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
