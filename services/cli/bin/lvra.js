#!/usr/bin/env node
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUNDLED = ['status', 'stem', 'top', 'object', 'retry', 'forget', 'dead'];
const BUNDLE = '../bundle/ledger-main.js';

/** 0 where there is no such file. */
const writtenAt = (path) =>
  statSync(fileURLToPath(new URL(path, import.meta.url)), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// A bundle that is older than what the compiler wrote last would be another program than its sources. An image has no
// records of the compiler.
const compiledAt = Math.max(writtenAt('../tsconfig.tsbuildinfo'), writtenAt('../../../shared/tsconfig.tsbuildinfo'));
const isBundled = BUNDLED.includes(process.argv[2]) && writtenAt(BUNDLE) > compiledAt;
await import(isBundled ? BUNDLE : '../dist/main.js');
