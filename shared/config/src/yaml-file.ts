import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { messageOf } from '@lvra/core';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, YAMLMap } from 'yaml';
import { closestMatch } from './names.js';
import type { Issues, RawSetting, RawSettings } from './written.js';

/** The sections that a file may have beside its common keys. */
export const PROFILES = ['production', 'development'] as const;

export type Profile = (typeof PROFILES)[number];

export interface YamlFileOptions {
  /** The keys of the group, and how this file spells them. */
  readonly keys: readonly string[];
  readonly nameOf: (key: string) => string;
  /** Keys that must not be in a file, with what to do instead. */
  readonly forbidden?: Readonly<Record<string, string>>;
  readonly profile: Profile;
}

/**
 * Reads a settings file: common keys at the top, and the section of the profile in force over them.
 * A key that is written twice counts as it is written last, as the Python pipeline reads it, with a warning.
 *
 * @returns undefined, with an issue, if the file cannot be read at all
 */
export function readYamlFile(
  path: string,
  options: YamlFileOptions,
  issues: Issues,
  warnings: string[],
): RawSettings | undefined {
  const file = resolve(path);
  const shown = shownPath(file);
  const lines = new LineCounter();
  const map = mapOf(file, shown, lines, issues);
  if (map === undefined) return undefined;

  const known = new Map(options.keys.map((key) => [options.nameOf(key), key]));
  const whereOf = (node: unknown, name: string) =>
    `${shown}:${lines.linePos((node as Node).range?.[0] ?? 0).line}: ${name}`;

  const takeAll = (map: YAMLMap, section: Profile | undefined): RawSettings => {
    const taken: RawSettings = new Map();
    for (const pair of map.items as Pair[]) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      const where = whereOf(pair.key, section === undefined ? name : `${section}.${name}`);
      const key = known.get(name);
      if (section === undefined && isProfile(name)) takeSection(pair, name, where);
      else if (options.forbidden?.[name] !== undefined) issues.push(`${where}: ${options.forbidden[name]}`);
      else if (key === undefined) issues.push(`${where} is not a setting${suggestion(name, [...known.keys()])}`);
      else {
        if (taken.has(key)) warnings.push(`${where} is written more than once; the last one counts`);
        const value = rawValueOf(pair.value);
        if (value === undefined) issues.push(`${where}: write one value, or a list`);
        else if (value !== '') taken.set(key, { value, where, folder: dirname(file) });
      }
    }
    return taken;
  };
  const sections = new Map<Profile, RawSettings>();
  const takeSection = (pair: Pair, name: Profile, where: string) => {
    if (isMap(pair.value)) sections.set(name, takeAll(pair.value, name));
    else if (rawValueOf(pair.value) !== '') issues.push(`${where}: write the keys of this profile below it, indented`);
  };

  const common = takeAll(map, undefined);
  return new Map([...common, ...(sections.get(options.profile) ?? [])]);
}

function mapOf(file: string, shown: string, lines: LineCounter, issues: Issues): YAMLMap | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    issues.push(`${shown} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
  // The failsafe schema leaves every value the text that it is: 1.10 is not 1.1, and no is not false.
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const [error] = document.errors;
  if (error) issues.push(`${shown} is not YAML: ${error.message.split('\n')[0]?.replace(/:$/, '')}`);
  else if (document.contents === null) return new YAMLMap();
  else if (isMap(document.contents)) return document.contents as YAMLMap;
  else issues.push(`${shown} must hold lines of the form \`key: value\``);
  return undefined;
}

/** A path relative to the working directory, if it is below it. */
export function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}

function isProfile(name: string): name is Profile {
  return PROFILES.some((profile) => profile === name);
}

export function suggestion(name: string, known: readonly string[]): string {
  const meant = closestMatch(name, known);
  return meant === undefined ? `; there are ${known.join(', ')}` : `: did you mean ${meant}?`;
}

function rawValueOf(node: unknown): RawSetting['value'] | undefined {
  if (node === null) return '';
  if (isScalar(node)) return String(node.value).trim();
  if (isSeq(node) && node.items.every((item) => isScalar(item))) return node.items.map((item) => String(item.value));
  return undefined;
}
