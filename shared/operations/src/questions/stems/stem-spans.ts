import type { RecordedEvent, StemRecord } from './stem.js';

/** Something that happened to a stem and took a while. */
export interface StemSpan {
  /** `received`: its oldest alert lay in Kafka. */
  readonly stage: 'received' | RecordedEvent['stage'];
  /** Null for what is for all of them. */
  readonly vra: string | null;
  /** ms after the first span begins. */
  readonly from: number;
  readonly to: number;
  /** Null for what has no outcome. */
  readonly status: number | null;
  readonly rows: number | null;
  readonly detail: string | null;
}

/** A stem's way through the stages, as the ledger's events tell it. */
export interface StemSpans {
  /** ISO 8601 in UTC; null if nothing is recorded. */
  readonly begins: string | null;
  /** In the order in which they began. */
  readonly spans: readonly StemSpan[];
}

interface Timed extends Omit<StemSpan, 'from' | 'to'> {
  readonly began: number;
  readonly ended: number;
}

export function stemSpans({ batch, events }: Pick<StemRecord, 'batch' | 'events'>): StemSpans {
  const timed = [...arrival(batch), ...events.flatMap(spanOf)].sort((a, b) => a.began - b.began);
  const [first] = timed;
  if (first === undefined) return { begins: null, spans: [] };
  return {
    begins: new Date(first.began).toISOString(),
    spans: timed.map(({ began, ended, ...span }) => ({ ...span, from: began - first.began, to: ended - first.began })),
  };
}

/** Until the consumer had a name for the batch; alerts of a replay may have lain in Kafka for years, and have not waited. */
function arrival(batch: StemRecord['batch']): Timed[] {
  if (batch?.source !== 'kafka' || batch.oldestReceivedAt === null || batch.reservedAt === null) return [];
  const [began, ended] = [Date.parse(batch.oldestReceivedAt), Date.parse(batch.reservedAt)];
  if (began >= ended) return [];
  return [{ stage: 'received', vra: null, began, ended, status: null, rows: null, detail: null }];
}

/** What nobody timed took no time. */
function spanOf({ stage, vra, at, status, rows, durationMs, detail }: RecordedEvent): Timed[] {
  if (at === null) return [];
  const ended = Date.parse(at);
  const began = ended - (durationMs ?? 0);
  return [{ stage, vra: vra || null, began, ended, status, rows, detail: detail ?? null }];
}
