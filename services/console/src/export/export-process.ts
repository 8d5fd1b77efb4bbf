import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '@lvra/core';
import { FORMATS, NIGHT_TABLES } from '@lvra/export';
import { Ledger } from '@lvra/ledger';
import { nightNamed } from '@lvra/operations';
import { dataPaths } from '@lvra/store';
import type { ExportBegins, ExportOrder } from './order.js';

// A separate process that writes one export to its standard output: it takes memory and time that pages are not to wait for.

if (!process.send) throw new Error('this process is started by the console to make an export, not by hand');

/** Pages go first. */
const PRIORITY = 10;
setPriority(PRIORITY);
// If the container runs out of memory, this process is killed first.
if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');

async function run({ table: name, night, vra, format, dataRoot, vras, ...order }: ExportOrder): Promise<void> {
  const { ledger: address } = order;
  const names = vras.map(({ modelName }) => modelName);
  const password = typeof address === 'string' ? undefined : address.password;
  const ledger = await Ledger.look(
    typeof address === 'string'
      ? address
      : { ...address, password: password === undefined ? undefined : () => password },
    names,
  );
  try {
    const source = { ledger, paths: dataPaths(dataRoot), settings: { vras }, vras: names };
    const table = await NIGHT_TABLES[name](source, { night: nightNamed(night), vra });
    const begins: ExportBegins = { gone: table.gone.length, unmade: table.unmade.length };
    process.send?.(begins);
    await pipeline(Readable.from(FORMATS[format].bytesOf(table)), process.stdout);
    // Who reads it must not take it for the whole night.
    if (table.unreadable.length > 0) throw new Error(table.unreadable.join('; '));
  } finally {
    await ledger.close();
  }
}

process.once('message', (order: ExportOrder) => {
  void run(order).then(
    () => process.disconnect(),
    (error) => {
      process.stderr.write(messageOf(error), () => process.exit(1));
    },
  );
});
// The console has ended, or its reader has left.
process.on('disconnect', () => process.exit());
