import { createRequire } from 'node:module';

interface Connection {
  /** What was received and not used yet. */
  chunks: Buffer[];
  bytesBuffered: number;
  processData(data: Buffer): void;
}

/*
 * kafkajs 2.2.4 joins the empty rest of each response with the next one, which copies a response that came in one
 * piece, as ours do (see answer-reader.ts). Without the empty piece it takes the response as it is.
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
