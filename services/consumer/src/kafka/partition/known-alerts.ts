import { createHash } from 'node:crypto';
import { readBatch } from '@lvra/alerts';
import { messageOf } from '@lvra/core';
import type { StemRange } from '@lvra/ledger';
import type { Logger } from '@lvra/telemetry';

export interface KnownAlertsOptions {
  /** The stems that have read the offsets, each with its ranges. */
  readonly ranges: readonly StemRange[];
  /** Where a stem's batch file is. */
  readonly batchFile: (stem: string) => Promise<string>;
  readonly log: Logger;
}

/** The alerts of a partition that are in batch files, by their bytes; of the stems that were asked for last. */
export class KnownAlerts {
  readonly #options: KnownAlertsOptions;
  #digests = new Map<string, ReadonlySet<string>>();

  constructor(options: KnownAlertsOptions) {
    this.#options = options;
  }

  /** Reads the batch files of the stems that have these offsets: [first, next). */
  async read(first: bigint, next: bigint): Promise<void> {
    const stems = this.#options.ranges.filter((range) => range.first < next && range.next > first);
    const wanted = new Map<string, ReadonlySet<string>>();
    for (const { stem } of stems) wanted.set(stem, this.#digests.get(stem) ?? (await this.#digestsOf(stem)));
    this.#digests = wanted;
  }

  /** Whether an alert with these bytes is in one of them. */
  has(alert: Buffer): boolean {
    const digest = digestOf(alert);
    return [...this.#digests.values()].some((digests) => digests.has(digest));
  }

  async #digestsOf(stem: string): Promise<ReadonlySet<string>> {
    const { batchFile, log } = this.#options;
    const digests = new Set<string>();
    try {
      for await (const { bytes } of readBatch(await batchFile(stem))) digests.add(digestOf(bytes));
    } catch (error) {
      // Better twice than not at all.
      log.warn({ stem }, `alerts of ${stem} may be taken again: its batch file cannot be read: ${messageOf(error)}`);
    }
    return digests;
  }
}

const SPACE = new Set([...' \t\r\n'].map((each) => each.charCodeAt(0)));

/** Without surrounding white space, which a batch file may have lost. */
function digestOf(bytes: Buffer): string {
  let [first, end] = [0, bytes.length];
  while (first < end && SPACE.has(bytes[first] as number)) first++;
  while (end > first && SPACE.has(bytes[end - 1] as number)) end--;
  return createHash('sha256').update(bytes.subarray(first, end)).digest('base64');
}
