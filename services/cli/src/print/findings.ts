import type { Counts, Finding, Findings } from '@lvra/operations';
import { count } from '../command-line/output.js';

/** For programs. */
export function asJson({ kept, notes, total, counts }: Findings): object {
  return { wrong: total, findings: kept, notes, counts };
}

/** The default width of a terminal, and the widest that is easy to read. */
const WIDTH = 100;
const WIDEST = 120;

/** @param columns of the terminal */
export function asText({ kept, notes, total, counts }: Findings, columns = WIDTH): string {
  const width = Math.min(columns, WIDEST);
  const left = total - kept.length;
  return [
    ...groupsOf(kept).map((group) => `${describe(group, width)}\n`),
    ...(left > 0 ? [`… and ${count(left)} more`] : []),
    ...notes.map((note) => line('note', `${note}.`, width)),
    ...(left + notes.length > 0 ? [''] : []),
    ...summary(counts),
    total === 0 ? 'All is as promised.' : `${count(total)} ${total === 1 ? 'thing is' : 'things are'} wrong.`,
  ].join('\n');
}

/** Findings that differ in nothing but numbers, in the order in which the first of each was found. */
function groupsOf(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { check, vra, what, todo } = finding;
    const kind = [check, vra, what, todo]
      .join('\n')
      .replace(/\d+/g, '#')
      .replace(/#([,: ]+#)+/g, '#');
    const group = groups.get(kind);
    if (group) group.push(finding);
    else groups.set(kind, [finding]);
  }
  return [...groups.values()];
}

/** How many of the others are listed. */
const NAMED = 12;

function describe([first, ...others]: readonly Finding[], width: number): string {
  if (first === undefined) return '';
  const { check, what, todo } = first;
  const where = whereOf(first);
  return [
    line(check, `${where}${where ? ': ' : ''}${what}`, width),
    line('  to do', todo, width),
    ...(others.length > 0 ? [line('  also', alike(others), width)] : []),
  ].join('\n');
}

function alike(others: readonly Finding[]): string {
  const names = [...new Set(others.map(whereOf))].filter(Boolean);
  if (names.length === 0) return `${count(others.length)} more like it; --json has them all`;
  if (names.length <= NAMED) return names.join(', ');
  return `${names.slice(0, NAMED).join(', ')} and ${count(names.length - NAMED)} more; --json has them all`;
}

function whereOf({ stem, vra, object }: Finding): string {
  return [stem, vra, object && `object ${object}`].filter(Boolean).join(' ');
}

const NAME_WIDTH = 11;

/** A name and what it says, broken between words; a command in backticks is one, to be copied whole. */
function line(name: string, text: string, width: number): string {
  const lines = [''];
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    const last = lines.length - 1;
    const current = lines[last] as string;
    if (current !== '' && NAME_WIDTH + current.length + 1 + word.length > width) lines.push(word);
    else lines[last] = current === '' ? word : `${current} ${word}`;
  }
  return lines.map((each, index) => `${(index === 0 ? name : '').padEnd(NAME_WIDTH)}${each}`).join('\n');
}

function summary(counts: Counts): string[] {
  const list = (numbers: Record<string, number>) =>
    Object.entries(numbers)
      .map(([name, number]) => `${name.replaceAll('_', ' ')} ${count(number)}`)
      .join(', ') || 'none';
  const others = counts.stemsOfOthers > 0 ? ` (${count(counts.stemsOfOthers)} not of our consumer: no offsets)` : '';
  const lines = [
    ['stems', `${count(counts.stems)}${others}`],
    ['alerts', `${count(counts.alerts)} in ${count(counts.batchFiles)} batch files`],
    ['left out', `${count(counts.quarantined)} in quarantine, ${count(counts.withoutAlert)} without \`alert\``],
    ...(counts.gone > 0 ? [['gone', `${count(counts.gone)} messages: removed by Kafka before they were read`]] : []),
    ...(counts.readByOthers > 0
      ? [['others', `${count(counts.readByOthers)} messages: read by another consumer of the group`]]
      : []),
    ['features', `${count(counts.featureRows)} rows`],
    ['scores', `${count(counts.scores)}; at Lasair: ${list(counts.outcomes)}`],
    ['objects', count(counts.objects)],
    ['pending', `stems by stage: ${list(counts.pending)}`],
    ['dead', `stems by stage: ${list(counts.dead)}`],
    ...(counts.clearedFiles > 0 ? [['cleared', `${count(counts.clearedFiles)} files of past nights`]] : []),
    ...(counts.unread === undefined ? [] : [['unread', `${count(counts.unread)} messages in Kafka`]]),
    ...(counts.held === undefined ? [] : [['held', `${count(counts.held)} annotations at the sandbox`]]),
  ] as const;
  return lines.map(([name, words]) => `${name?.padEnd(9)} ${words}`);
}
