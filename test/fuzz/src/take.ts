import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvelope, scanBatch } from '@lvra/alerts';
import { AlertRejected } from '@lvra/core';
import { AlertView, FeatureTable, readAlert, thresholdFlags } from '@lvra/features';

/** The outcome of one message. */
export type Verdict =
  /** In quarantine by the consumer. */
  | { readonly reason: string }
  /** In the batch file; `row` is yes, none, or why the feature stage put it in quarantine. */
  | { readonly id: string; row: string; sourceId?: bigint };

/** Takes a batch of messages as consumer and feature stage do, without their servers. */
export async function takeBatch(messages: readonly Buffer[]): Promise<{ verdicts: Verdict[]; csv: Buffer }> {
  const verdicts = messages.map(envelopeVerdict);
  const taken = verdicts.filter((verdict) => 'id' in verdict);
  const good = messages.filter((_, number) => 'id' in (verdicts[number] as Verdict));
  let table = new FeatureTable();
  if (taken.length > 0) await addRows(table, good, taken);
  const again = table.again();
  if (again) {
    table = again;
    await addRows(table, good, taken);
  }
  return { verdicts, csv: table.rows > 0 ? Buffer.concat([...table.chunks()]) : Buffer.alloc(0) };
}

function envelopeVerdict(message: Buffer): Verdict {
  try {
    return { id: String(readEnvelope(message).diaObjectId), row: 'none' };
  } catch (error) {
    if (error instanceof AlertRejected) return { reason: error.reason };
    throw error;
  }
}

async function addRows(
  table: FeatureTable,
  messages: readonly Buffer[],
  verdicts: readonly { row: string; sourceId?: bigint }[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-fuzz-'));
  const path = join(folder, 'batch.json');
  writeFileSync(path, Buffer.concat(messages.flatMap((bytes, n) => [Buffer.from(n === 0 ? '[\n' : ',\n'), bytes])));
  writeFileSync(path, '\n]\n', { flag: 'a' });
  const view = new AlertView();
  let position = 0;
  try {
    const rows = scanBatch(path, (cursor, bytes) => {
      readAlert(cursor, bytes, view);
      if (!view.hasAlert) return undefined;
      table.add(view, position, thresholdFlags(view.fluxes, view.times, view.times[view.latest] as number));
      return view.diaSourceId;
    });
    for await (const { result } of rows) {
      const verdict = verdicts[position++] as { row: string; sourceId?: bigint };
      if (result instanceof AlertRejected) verdict.row = result.reason;
      else if (result !== undefined) Object.assign(verdict, { row: 'yes', sourceId: result });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (position !== messages.length) throw new Error(`${position} of ${messages.length} messages came back`);
}
