import { open } from 'node:fs/promises';
import { FORMATS, type FormatName } from '@lvra/export';
import { madeTable } from './made-table.js';

/** Of a process that writes one file. */
export interface Written {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The most that it ever held. */
  readonly megabytes: number;
}

/** write-made.js FORMAT FILE ROWS */
const [format, path, rows] = process.argv.slice(2) as [FormatName, string, string];
const began = performance.now();
const file = await open(path, 'w');
for await (const bytes of FORMATS[format].bytesOf(madeTable(Number(rows)))) await file.writeFile(bytes);
await file.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const written: Written = {
  rows: Number(rows),
  seconds: (performance.now() - began) / 1e3,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  megabytes: maxRSS / 1024,
};
console.log(JSON.stringify(written));
