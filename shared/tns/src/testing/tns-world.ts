import type { TestContext } from 'node:test';
import { secretOf } from '@lvra/config';
import type { Ledger, NewTnsReport } from '@lvra/ledger';
import { newLedger } from '@lvra/ledger/testing/ledgers';
import {
  startTnsSandbox,
  TNS_SANDBOX_BOT,
  TNS_SANDBOX_KEY,
  type TnsSandbox,
  type TnsSandboxOptions,
} from '@lvra/simulator/testing/tns/tns-sandbox';
import { TnsClient } from '../client/client.js';
import { Tns } from '../client/tns.js';
import { internalNameOf } from '../report/report.js';
import type { TnsSending } from '../settings.js';
import { ReportSubmitter } from '../submit/submitter.js';

/** For tests: a sandbox TNS, a ledger, and the code between them. */
export interface TnsWorld {
  readonly sandbox: TnsSandbox;
  readonly ledger: Ledger;
  readonly submitting: ReportSubmitter;
  readonly client: TnsClient;
  /** What was printed for the operator. */
  readonly said: string[];
  /** The waits that TNS asked for, ms. */
  readonly waits: number[];
  readonly stop: AbortController;
  /** The ledger's clock. */
  clock: number;
}

export async function makeTnsWorld(
  t: TestContext,
  options: TnsSandboxOptions & { readonly sending?: Partial<TnsSending>; readonly ledger?: Ledger } = {},
): Promise<TnsWorld> {
  const sandbox = await startTnsSandbox(options);
  t.after(() => sandbox.close());
  const sending: TnsSending = {
    ...{ site: 'sandbox', address: sandbox.address, apiKey: secretOf('LVRA_TNS_API_KEY', () => TNS_SANDBOX_KEY) },
    ...{ botId: String(TNS_SANDBOX_BOT.id), botName: TNS_SANDBOX_BOT.name },
    ...{ timeoutMs: 5_000, pollMs: 10, replyMs: 5_000 },
    ...options.sending,
  };
  const stop = new AbortController();
  const said: string[] = [];
  const waits: number[] = [];
  const client = new TnsClient({ ...sending, signal: stop.signal, onWait: (waitMs) => waits.push(waitMs) });
  t.after(() => client.close());
  const ledger = options.ledger ?? (await newLedger(t));
  const world = { sandbox, ledger, client, said, waits, stop, clock: Date.UTC(2026, 1, 3) };
  const submitting = new ReportSubmitter({
    ...{ ledger: ledger.tns, tns: new Tns(client), sending, sender: 'test', signal: stop.signal },
    say: (message) => said.push(message),
    now: () => world.clock,
  });
  return Object.assign(world, { submitting });
}

/** A valid report, in the old names, of an object at its own position. */
export function sampleReport(diaObjectId: bigint, changes: Readonly<Record<string, unknown>> = {}): NewTnsReport {
  const report = {
    ra: { value: (Number(diaObjectId % 3_600n) / 10).toFixed(7) },
    dec: { value: '-41.0225428' },
    reporting_group_id: '111',
    discovery_data_source_id: '165',
    reporter: 'A. Person',
    discovery_datetime: '2025-12-20.34588',
    at_type: '1',
    internal_name: internalNameOf(diaObjectId),
    internal_ids: { diaObjectId: String(diaObjectId) },
    non_detection: { archiveid: '2' },
    photometry: {
      photometry_group: {
        0: {
          obsdate: '2025-12-20.34588',
          flux: '21.2932658',
          flux_error: '0.1199839',
          flux_units: '1',
          filter_value: '164',
          instrument_value: '287',
        },
      },
    },
    ...changes,
  };
  return { diaObjectId, internalName: internalNameOf(diaObjectId), report: JSON.stringify(report) };
}
