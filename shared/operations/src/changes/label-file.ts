import { open } from 'node:fs/promises';
import { isLabel, isPerson, messageOf, parseId, UsageError } from '@lvra/core';
import type { Label } from '@lvra/ledger';
import { CsvScanner, NotCsv } from '@lvra/model';

const COLUMNS = ['diaObjectId', 'label', 'who', 'when'];

/** More are not listed: a file of another kind is wrong in every row. */
const FAULTS_SHOWN = 20;
/** A date alone can be tomorrow's in UTC. */
const LATEST_MS = 86_400_000;

/** `2026-04-22`, with a time, seconds, their decimals and a zone of UTC if there are any. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|\+00:?00)?)?$/;

/**
 * Reads labels from a CSV file with the columns diaObjectId and label, and who and when where they differ. Of all other columns
 * it takes no notice.
 *
 * @param who of rows without
 * @throws UsageError that lists what is wrong, by row; then nothing of the file counts
 */
export async function readLabelFile(path: string, { who }: { who: string }): Promise<Label[]> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`);
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new UsageError(`${path} is a folder: name a CSV file`);
    // The same file is then the same labels when it is imported again.
    const at = stat.mtimeMs;
    return await readRows(new CsvScanner(async (target) => (await file.read(target)).bytesRead), path, { who, at });
  } catch (error) {
    if (!(error instanceof NotCsv)) throw error;
    throw new UsageError(`${path} cannot be read as CSV: ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readRows(scanner: CsvScanner, path: string, otherwise: { who: string; at: number }): Promise<Label[]> {
  const header = (await scanner.advance()) ? Array.from({ length: scanner.cells }, (_, at) => scanner.name(at)) : [];
  const lacking = ['diaObjectId', 'label'].filter((name) => !header.includes(name));
  if (lacking.length > 0) {
    throw new UsageError(
      `${path} has no column ${lacking.join(' and no column ')}: its first line must name diaObjectId and label, and may name who and when, with commas between`,
    );
  }
  const twice = COLUMNS.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice !== undefined) throw new UsageError(`${path} has two columns ${twice}: leave one of them`);
  const labels: Label[] = [];
  const faults: string[] = [];
  while (scanner.next() || (await scanner.advance())) {
    const cell = (name: string) => {
      const at = header.indexOf(name);
      return at === -1 ? '' : scanner.name(at).trim();
    };
    const found =
      scanner.cells === header.length
        ? labelIn(cell, otherwise)
        : `it has ${scanner.cells} cells where the first line has ${header.length}`;
    if (typeof found === 'object') labels.push(found);
    else faults.push(`row ${scanner.row}: ${found}`);
  }
  if (faults.length === 0) return labels;
  const more = faults.length - FAULTS_SHOWN;
  throw new UsageError(
    [
      `${path}: nothing is imported, because of ${faults.length === 1 ? 'one row' : `${faults.length} rows`}`,
      ...faults.slice(0, FAULTS_SHOWN),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join('\n'),
  );
}

/** The label of a row, or what is wrong with it. */
function labelIn(cell: (name: string) => string, otherwise: { who: string; at: number }): Label | string {
  const [id, label, who, when] = COLUMNS.map(cell) as [string, string, string, string];
  const diaObjectId = parseId(id);
  if (diaObjectId === undefined) {
    return `diaObjectId is ${JSON.stringify(id)}: write all of its digits, as text (a spreadsheet rounds what it takes for a number)`;
  }
  if (!isLabel(label))
    return `label is ${JSON.stringify(label)}: write 1 to 32 letters, digits, spaces and _ . + - / ?`;
  if (who !== '' && !isPerson(who))
    return `who is ${JSON.stringify(who.slice(0, 100))}: write 1 to 100 characters, none of them a control character`;
  const at = when === '' ? otherwise.at : instantOf(when);
  if (at === undefined) return `when is ${JSON.stringify(when)}: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC`;
  if (when !== '' && at > Date.now() + LATEST_MS) return `when is ${JSON.stringify(when)}: that is in the future`;
  return { diaObjectId, label, who: who === '' ? otherwise.who : who, at };
}

function instantOf(text: string): number | undefined {
  const [, day, time = '00:00'] = INSTANT.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const at = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** `Date` takes 31 February for 3 March. */
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
