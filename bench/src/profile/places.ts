import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallFrame, SelfTime } from './cpu-profile.js';

/** Where a checkout may lie: the files of a profile from a container are below /app. */
const OURS = /\/((?:services\/[a-z]+|shared|test\/[a-z]+|bench)\/dist\/.+)$/;
const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;

/**
 * Whose time it is: `kafkajs`, `Node`, `shared/ledger`, `services/feature`, `garbage collection`. Native code counts for
 * whoever called it, so that SQLite's time is in `shared/ledger`, and a read from a socket is Node's.
 */
export function groupOf({ frame, caller }: SelfTime): string {
  if (frame.functionName === '(garbage collector)') return 'garbage collection';
  if (frame.functionName === '(program)') return 'native code that no function called';
  const { url } = frame.url === '' && caller ? caller : frame;
  if (url.startsWith('node:')) return 'Node';
  const [, ofPackage] = PACKAGE.exec(url) ?? [];
  if (ofPackage !== undefined) return ofPackage;
  const [, ours] = OURS.exec(url) ?? [];
  return ours === undefined ? 'elsewhere' : partOf(ours);
}

/** Each folder of shared/ has an idea of its own. */
function partOf(path: string): string {
  const [, part = path] = /^(services\/[a-z]+|shared\/dist\/[a-z]+(?=\/)|shared|test\/[a-z]+|bench)/.exec(path) ?? [];
  return part.replace('/dist', '');
}

/** Where a function stands: `shared/src/ledger/work.ts:120`, `kafkajs/src/network/connection.js:220`. */
export function placeOf(frame: CallFrame, project: string): string {
  const { url } = frame;
  if (url.startsWith('node:') || url === '') return url === '' ? '' : `${url}:${frame.lineNumber + 1}`;
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  const { file, line } = original(path, frame) ?? { file: path, line: frame.lineNumber };
  const inPackage = file.lastIndexOf('/node_modules/');
  return `${inPackage === -1 ? relative(project, file) : file.slice(inPackage + '/node_modules/'.length)}:${line + 1}`;
}

/** The place in TypeScript, where the compiler's map lies beside the file. */
function original(path: string, { lineNumber, columnNumber }: CallFrame): { file: string; line: number } | undefined {
  const map = `${path}.map`;
  if (!existsSync(map)) return undefined;
  const entry = new SourceMap(JSON.parse(readFileSync(map, 'utf8'))).findEntry(lineNumber, columnNumber);
  if (!('originalSource' in entry)) return undefined;
  return { file: fileURLToPath(new URL(entry.originalSource, `file://${path}`)), line: entry.originalLine };
}
