import { createHash } from 'node:crypto';
import { statusMeaning } from '@lvra/core';
import type { EndedStem, StemSpan } from '@lvra/operations';
import { hideSecrets } from '@lvra/telemetry';

/** A span as OTLP has it in JSON: ids in hexadecimal, 64-bit numbers as text. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number; readonly message?: string };
}

type Attribute =
  | { readonly key: string; readonly value: { readonly stringValue: string } }
  | { readonly key: string; readonly value: { readonly intValue: string } };

/** SpanKind and Status.StatusCode of OTLP. */
const INTERNAL = 1;
const UNSET = 0;
const ERROR = 2;

/** The trace of a stem: found by its name in whatever keeps traces, without asking the ledger. */
export function traceIdOf(stem: string): string {
  return digest(stem).slice(0, 32);
}

/**
 * The spans of a stem: one for all of it, and below it one for each thing that happened to it, in the order in which they
 * began. Each has the same id whenever it is made.
 */
export function spansOf({ stem, alerts, isDone, begins, spans }: EndedStem): Span[] {
  if (begins === null) return [];
  const traceId = traceIdOf(stem);
  const rootId = spanIdOf(stem, 'stem');
  const began = Date.parse(begins);
  const time = (ms: number) => String(BigInt(Math.round((began + ms) * 1_000)) * 1_000n);
  const turns = new Map<string, number>();
  const children = spans.map((span): Span => {
    const name = span.vra === null ? span.stage : `${span.stage} ${span.vra}`;
    const turn = (turns.get(name) ?? 0) + 1;
    turns.set(name, turn);
    return {
      ...{ traceId, spanId: spanIdOf(stem, name, String(turn)), parentSpanId: rootId, name, kind: INTERNAL },
      ...{ startTimeUnixNano: time(span.from), endTimeUnixNano: time(span.to) },
      ...{ attributes: attributesOf(span), status: statusOf(span) },
    };
  });
  const ends = Math.max(...spans.map(({ to }) => to));
  const root: Span = {
    ...{ traceId, spanId: rootId, name: 'stem', kind: INTERNAL },
    ...{ startTimeUnixNano: time(0), endTimeUnixNano: time(ends) },
    attributes: [text('lvra.stem', stem), ...(alerts === null ? [] : [count('lvra.alerts', alerts)])],
    status: isDone ? { code: UNSET } : { code: ERROR, message: 'a stage gave it up' },
  };
  return [root, ...children];
}

function attributesOf({ stage, vra, status, rows, detail }: StemSpan): Attribute[] {
  return [
    text('lvra.stage', stage),
    ...(vra === null ? [] : [text('lvra.vra', vra)]),
    ...(status === null ? [] : [count('lvra.status', status)]),
    ...(rows === null ? [] : [count('lvra.rows', rows)]),
    ...(detail === null ? [] : [text('lvra.detail', hideSecrets(detail))]),
  ];
}

/** Done in part is no error: the rest is in quarantine. */
function statusOf({ status }: StemSpan): Span['status'] {
  if (status === null || status === 1 || status === -1) return { code: UNSET };
  return { code: ERROR, message: statusMeaning(status) };
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

function count(key: string, value: number): Attribute {
  return { key, value: { intValue: String(value) } };
}

function spanIdOf(...names: string[]): string {
  return digest(names.join('/')).slice(0, 16);
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Where spans come from, as OTLP has it. */
export interface Origin {
  readonly version: string;
  /** production or development. */
  readonly profile: string;
}

/** What is posted to `/v1/traces`: ExportTraceServiceRequest. */
export function exportRequest(spans: readonly Span[], { version, profile }: Origin): object {
  const attributes = [
    text('service.name', 'lvra'),
    text('service.version', version),
    text('deployment.environment.name', profile),
  ];
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'lvra', version }, spans }] }] };
}
