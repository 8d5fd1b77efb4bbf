import { dirname, join } from 'node:path';
import { moveToFile, moveToServer } from '../move/move.js';
import { serverOf } from './postgres.js';

// Moves a ledger, and is gone at a point of its progress: what is done, and the beginning of which, or a pattern of it.
const [direction = '', path = '', address = '', point = ''] = process.argv.slice(2);
const [, wanted = '', which = ''] = /^(copying|comparing|given up|taken into use) ?(.*)$/.exec(point) ?? [];
const isThere = (name: string) =>
  which.startsWith('/') ? new RegExp(which.slice(1)).test(name) : name.startsWith(which);
const watch = (what: string, name: string) => {
  if (what === wanted && isThere(name)) process.kill(process.pid, 'SIGKILL');
};
if (direction === 'server') await moveToServer(path, serverOf(address), watch);
else await moveToFile(serverOf(address), path, join(dirname(path), 'aside'), watch);
