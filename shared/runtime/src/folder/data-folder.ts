import { setTimeout as sleep } from 'node:timers/promises';
import { RetryLater } from '@lvra/core';
import type { Ledger, RecordedFile } from '@lvra/ledger';
import { type DataPaths, type FolderMark, sizeAtOpen, VISIBLE_WITHIN_MS } from '@lvra/store';
import { assertSameFolder, proveFolder } from './folder-proof.js';

const SOONEST_MS = 500;

/**
 * The data folder of a ledger, which several hosts may share. Where they do, what one of them wrote may become visible to
 * the others only some time after the ledger says that it is there.
 */
export class DataFolder {
  constructor(
    readonly paths: DataPaths,
    private readonly ledger: Ledger,
    /** Whether other hosts may use it. */
    private readonly isShared = ledger.isOnServer,
    private readonly mark?: FolderMark,
  ) {}

  /**
   * @param options.mayMark whether to mark a shared folder that no host has marked yet
   * @throws UsageError if it is not the folder that all hosts share
   */
  static async open(
    paths: DataPaths,
    ledger: Ledger,
    { mayMark, isShared = ledger.isOnServer }: { mayMark: boolean; isShared?: boolean },
  ): Promise<DataFolder> {
    return new DataFolder(paths, ledger, isShared, isShared ? await proveFolder(paths, ledger, mayMark) : undefined);
  }

  /**
   * Checks that the shared folder is still mounted: what was written into an empty mount point would be lost.
   *
   * @throws FolderGone if it is not; UsageError if it is another folder now
   */
  async assertInPlace(): Promise<void> {
    if (this.mark) await assertSameFolder(this.paths, this.mark);
  }

  /**
   * Checks that this host sees all of a file that the ledger has just recorded; of an older one this says nothing.
   *
   * @throws RetryLater if it does not yet
   */
  async assertVisible(stem: string, file: RecordedFile, now = Date.now()): Promise<void> {
    if (!this.isShared) return;
    const record = await this.ledger.files.of(stem, file);
    if (record === undefined || now - record.at > VISIBLE_WITHIN_MS) return;
    const path = this.#pathOf(stem, file);
    const size = await sizeAtOpen(path);
    if (size !== undefined && size === (record.bytes ?? size)) return;
    const ageMs = Math.max(0, now - record.at);
    const seen = size === undefined ? 'is not here yet' : `has ${size} of its ${record.bytes} bytes here`;
    const message = `${path} was recorded ${Math.round(ageMs / 1_000)} s ago, maybe by another host, and ${seen}: it is waited for`;
    throw new RetryLater(Math.max(SOONEST_MS, ageMs / 4), message);
  }

  /** As `assertVisible`, for who has nothing else to do: waits until the file is visible, or is too old to be waited for. */
  async untilVisible(stem: string, file: RecordedFile): Promise<void> {
    for (;;) {
      try {
        return await this.assertVisible(stem, file);
      } catch (error) {
        if (!(error instanceof RetryLater)) throw error;
        await sleep(error.delayMs);
      }
    }
  }

  /** The path of a batch file, once it is visible or is not waited for any more. */
  async batchFile(stem: string): Promise<string> {
    await this.untilVisible(stem, { kind: 'batch' });
    return this.paths.batch(stem);
  }

  #pathOf(stem: string, file: RecordedFile): string {
    if (file.kind === 'batch') return this.paths.batch(stem);
    if (file.kind === 'features') return this.paths.features(stem, file.set);
    return this.paths.quarantined(stem, 'consumer', file.position);
  }
}
