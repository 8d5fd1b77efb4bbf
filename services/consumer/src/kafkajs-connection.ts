import { createRequire } from 'node:module';

interface Connection {
  /** What has come and is not used yet. */
  chunks: Buffer[];
  bytesBuffered: number;
  processData(data: Buffer): void;
}

/*
 * kafkajs 2.2.4 keeps an empty rest of each answer and puts the next one together with it, which copies an answer that
 * came in one piece, as ours do (see answer-reader.ts). Without the empty piece it takes the answer as it is.
 */
const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection') as { prototype: Connection };
const processData = prototype.processData;
if (typeof processData !== 'function') {
  throw new Error('kafkajs has no Connection.processData: it is another version than 2.2.4, for which this was made');
}
prototype.processData = function (this: Connection, data: Buffer): void {
  if (this.bytesBuffered === 0) this.chunks = [];
  processData.call(this, data);
};
