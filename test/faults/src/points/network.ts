import { createRequire } from 'node:module';
import { HttpClient } from '@lvra/core';
import { Kafka } from 'kafkajs';
import { around, pass } from './point.js';

/** The time after which what was written to a socket has left it. */
const SENT_AFTER_MS = 10;

/** Puts points around announcements and acknowledgements on the bus. */
export function watchNats(): void {
  const { ProtocolHandler } = createRequire(import.meta.url)('nats/lib/nats-base-client/protocol.js') as {
    ProtocolHandler: { prototype: { publish: (subject: string, data?: Uint8Array, options?: unknown) => void } };
  };
  const { prototype } = ProtocolHandler;
  const { publish } = prototype;
  prototype.publish = function (subject, data, options) {
    const what = nameOf(subject, data);
    if (what !== undefined) pass('before', what);
    publish.call(this, subject, data, options);
    if (what !== undefined) setTimeout(pass, SENT_AFTER_MS, 'after', what);
  };
}

function nameOf(subject: string, data: Uint8Array | undefined): string | undefined {
  if (subject === 'lvra.probe') return undefined;
  if (subject.startsWith('lvra.')) return `publish ${subject.split('.')[1]}`;
  if (!subject.startsWith('$JS.ACK.')) return undefined;
  const word = Buffer.from(data ?? []).toString();
  return word === '' || word === '+ACK' ? 'ack' : undefined;
}

/** Puts points around each HTTP call. */
export function watchHttp(): void {
  const { post } = HttpClient.prototype;
  HttpClient.prototype.post = function (this: HttpClient, ...args) {
    return around('HTTP call', () => post.apply(this, args));
  };
}

/** Puts points around each commit of offsets to Kafka. */
export function watchKafka(): void {
  const { consumer } = Kafka.prototype;
  Kafka.prototype.consumer = function (this: Kafka, ...args) {
    const made = consumer.apply(this, args);
    const { commitOffsets } = made;
    made.commitOffsets = (offsets) => around('commit offsets', () => commitOffsets(offsets));
    return made;
  };
}
