import { loadSettings, type Settings, stagesOf } from '@lvra/config';
import type { Stage } from '@lvra/core';
import { Ledger } from '@lvra/ledger';
import { DataFolder } from '@lvra/runtime';
import { type DataPaths, dataPaths } from '@lvra/store';
import { keepNights } from './questions/candidates/night/loaded-nights.js';

/** The ledger of the current data folder, for commands that read it or change a status in it. */
export interface OpenLedger {
  readonly settings: Settings;
  readonly paths: DataPaths;
  readonly folder: DataFolder;
  readonly ledger: Ledger;
  /** The names of all VRAs. */
  readonly vras: readonly string[];
  /** Every stage of every VRA that there is work for, in the order of the flow. */
  readonly stages: readonly (readonly [Stage, string])[];
}

/** What a question needs: the ledger and the files, to be read. */
export type Look = Omit<OpenLedger, 'folder'>;

/**
 * Opens the ledger to look at it, until `close`.
 *
 * @param before the look before this one: what it has in memory is kept, if the ledger is the same one
 * @throws UsageError if there is no ledger
 */
export async function openLook(settings: Settings, before?: Look): Promise<Look & { close(): Promise<void> }> {
  const vras = settings.vras.map(({ modelName }) => modelName);
  const ledger = await Ledger.look(settings.ledger, vras);
  if (before) keepNights(before.ledger, ledger);
  const paths = dataPaths(settings.dataRoot);
  return { settings, paths, ledger, vras, stages: stagesOf(settings), close: () => ledger.close() };
}

/**
 * Opens the ledger for a command, and closes it afterwards.
 *
 * @throws UsageError if the settings are wrong or there is no ledger
 */
export async function withLedger<T>(
  use: (open: OpenLedger) => T | Promise<T>,
  settings: Settings = loadSettings(),
): Promise<T> {
  const paths = dataPaths(settings.dataRoot);
  const vras = settings.vras.map(({ modelName }) => modelName);
  const ledger = await Ledger.open(settings.ledger, vras, { create: false });
  try {
    const folder = await DataFolder.open(paths, ledger, { mayMark: false });
    return await use({ settings, paths, folder, ledger, vras, stages: stagesOf(settings) });
  } finally {
    await ledger.close();
  }
}
