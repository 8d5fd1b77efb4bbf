import { createRequire } from 'node:module';

interface Batch {
  /** What the fetch brought, whatever is for a reader of it. */
  readonly rawMessages: readonly unknown[];
  isEmpty(): boolean;
  isEmptyDueToFiltering(): boolean;
}

/*
 * kafkajs 2.2.4 keeps a fetch to itself that has nothing for a reader, as where all of it is aborted, and goes on behind
 * it. Then it is not known here that these offsets hold nothing. So each fetch that brought anything is handed over.
 */
const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/batch') as { prototype: Batch };
if (typeof prototype?.isEmptyDueToFiltering !== 'function') {
  throw new Error(
    'kafkajs has no Batch.isEmptyDueToFiltering: it is another version than 2.2.4, for which this was made',
  );
}
prototype.isEmptyDueToFiltering = () => false;
prototype.isEmpty = function (this: Batch): boolean {
  return this.rawMessages.length === 0;
};
