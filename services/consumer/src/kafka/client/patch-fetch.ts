import { createRequire } from 'node:module';
import { type AbortedTransaction, hideAborted, type RecordBatch, recordBatches } from '../records/record-batch.js';

/** kafkajs's reader of responses. */
interface Decoder {
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

interface FetchedPartition {
  readonly messages: readonly RecordBatch[];
  abortedTransactions: readonly AbortedTransaction[];
}

interface FetchAnswer {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

interface Broker {
  fetch(request: unknown): Promise<FetchAnswer>;
}

/*
 * kafkajs 2.2.4 unpacks a fetch as a whole: a batch of a megabyte that grows to a gigabyte, or holds millions of
 * records, kills the process again and again (tulios/kafkajs issue 1795), and one batch that cannot be read fails all
 * others of the fetch. So it hands over packed batches (record-batch.ts), and each is unpacked when its turn comes
 * (records.ts).
 */
const require = createRequire(import.meta.url);
const FETCH = 'kafkajs/src/protocol/requests/fetch';

function decodeMessages(decoder: Decoder): RecordBatch[] {
  const length = decoder.readInt32();
  return length > 0 && decoder.canReadBytes(length) ? recordBatches(decoder.readBytes(length)) : [];
}

function replace(path: string, exports: unknown): void {
  const resolved = require.resolve(path);
  if (typeof require(resolved) !== 'function') {
    throw new Error(`kafkajs has no function in ${path}: it is another version than 2.2.4, for which this was made`);
  }
  const loaded = require.cache[resolved];
  if (loaded) loaded.exports = exports;
}

replace(`${FETCH}/v4/decodeMessages`, decodeMessages);
// Those that were loaded before have the old one; every request resolves them again.
for (let version = 4; version <= 11; version++) delete require.cache[require.resolve(`${FETCH}/v${version}/response`)];

const { prototype } = require('kafkajs/src/broker') as { prototype: Broker };
const { fetch } = prototype;
if (typeof fetch !== 'function') throw new Error('kafkajs has no Broker.fetch: it is another version than 2.2.4');
prototype.fetch = async function (this: Broker, request: unknown): Promise<FetchAnswer> {
  const answer = await fetch.call(this, request);
  for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
    hideAborted(partition.messages, partition.abortedTransactions);
    partition.abortedTransactions = [];
  }
  return answer;
};
