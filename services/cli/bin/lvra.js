#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RECORD, readIfThere, stateOf } from './compiled.js';

const PROGRAM = fileURLToPath(new URL('../bundle/main.js', import.meta.url));

/** What was compiled after the bundle was made would be another program than the one that runs. */
function isCurrent() {
  const record = readIfThere(RECORD);
  if (record === undefined) return existsSync(PROGRAM);
  const { projects, state } = JSON.parse(record);
  return stateOf(projects) === state;
}

if (isCurrent()) await import(PROGRAM);
else {
  const checkout = fileURLToPath(new URL('../../..', import.meta.url));
  process.stderr.write(`lvra: this checkout is not built, or only half: run \`make build\` in ${checkout}\n`);
  process.exitCode = 2;
}
