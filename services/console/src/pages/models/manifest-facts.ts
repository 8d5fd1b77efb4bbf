import type { ModelRecord } from '@lvra/operations';
import type { ModelData } from './answers.js';

type Manifest = NonNullable<ModelRecord['manifest']>;

/** What is shown in a place of its own, or is too long for people. */
const ELSEWHERE = new Set([
  ...['name', 'version', 'sha256', 'created', 'input', 'classes', 'features'],
  ...['missing', 'scores', 'sample', 'spread'],
]);
/** A manifest is written elsewhere: whatever it says, the page stays a page. */
const MOST_FACTS = 200;
const LONGEST_VALUE = 300;

/** A manifest as its page has it; what only some have is listed by its path. */
export function manifestFacts(manifest: Manifest): NonNullable<ModelData['manifest']> {
  const { sha256, created, input, classes, features } = manifest;
  const others = Object.entries(manifest).filter(([name]) => !ELSEWHERE.has(name));
  const facts = others.flatMap(([name, value]) => factsIn(name, value)).slice(0, MOST_FACTS);
  return { sha256, created, input, classes, features, facts };
}

function factsIn(name: string, value: unknown): { name: string; value: string }[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => factsIn(`${name} ${key}`, inner));
  }
  if (Array.isArray(value) && value.some((each) => typeof each === 'object' && each !== null)) {
    return value.flatMap((inner, at) => factsIn(`${name} ${at + 1}`, inner));
  }
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  return [{ name, value: text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text }];
}
