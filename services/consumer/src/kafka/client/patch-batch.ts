import { createRequire } from 'node:module';

interface Batch {
  /** All that was fetched, including what is not for a reader. */
  readonly rawMessages: readonly unknown[];
  isEmpty(): boolean;
  isEmptyDueToFiltering(): boolean;
}

/*
 * kafkajs 2.2.4 silently skips a fetch that has nothing for a reader, for example because all of it is aborted. Then we
 * do not learn that these offsets hold nothing. So each fetch that is not empty is handed over.
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
