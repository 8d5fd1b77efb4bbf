import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nextStem } from '@lvra/core';
import { altered, ask, type Damage, edit, run, type Victim } from './victim.js';

/** To batch files and feature files, and to the ids in them and in the ledger. */
export const FILE_DAMAGES: readonly Damage[] = [
  {
    name: 'a row is gone from a feature file',
    check: 'features',
    says: /position \d+ has no feature row/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => text.split('\n').toSpliced(3, 1).join('\n'));
      return { stem: stem! };
    },
  },
  {
    name: 'a cell of a feature file is another',
    check: 'features',
    says: /is not what was made/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => text.replace(/\.(\d)/, (_, digit) => `.${(Number(digit) + 1) % 10}`));
      return { stem: stem! };
    },
  },
  {
    name: 'two columns of a feature file have changed names',
    check: 'features',
    says: /is not what was made/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => text.replace('apFlux,', 'snr_,').replace('snr,', 'apFlux,'));
      return { stem: stem! };
    },
  },
  {
    name: 'the feature file of another stem is in its place',
    check: 'features',
    says: /is not what was made/,
    do: async ({ paths, stems: [stem, other] }) => {
      cpSync(paths.features(other!), paths.features(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'the batch file of another stem is in its place',
    check: 'batch',
    says: /holds \d+ alerts|its content is another/,
    do: async ({ paths, stems: [stem, other] }) => {
      cpSync(paths.batch(other!), paths.batch(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of a flux differs in a batch file',
    check: 'batch',
    says: /is as long as it was made, and its content is another/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.batch(stem!), (text) =>
        text.replace(/"psfFlux": (-?\d+\.\d)/, (_, flux) => `"psfFlux": ${altered(flux)}`),
      );
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file has a line more at its end',
    check: 'batch',
    says: /holds \d+ alerts in \d+ bytes/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.batch(stem!), (text) => `${text}\n`);
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is empty',
    check: 'batch',
    says: /cannot be read/,
    do: async ({ paths, stems: [stem] }) => {
      truncateSync(paths.batch(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'a row of a feature file is there twice',
    check: 'doubled',
    says: /a feature row is there twice/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.features(stem!), (text) => {
        const lines = text.split('\n');
        return lines.toSpliced(3, 0, lines[3]!).join('\n');
      });
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in a feature file',
    check: 'id',
    says: /position \d+ has the ids \d+ and \d+, its feature row \d+ and \d+/,
    do: async ({ paths, ledger, stems: [stem] }) => {
      const { diaSourceId } = await ask(ledger, 'SELECT diaSourceId FROM provenance WHERE stem = ?', stem);
      edit(paths.features(stem!), (text) => text.replace(String(diaSourceId), altered(diaSourceId!)));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in the batch file',
    check: 'batch',
    says: /is as long as it was made, and its content is another/,
    do: async ({ paths, ledger, stems: [, stem] }) => {
      const { diaSourceId } = await ask(ledger, 'SELECT diaSourceId FROM provenance WHERE stem = ?', stem);
      edit(paths.batch(stem!), (text) => text.replaceAll(String(diaSourceId), altered(diaSourceId!)));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in a batch file of a release without checksums',
    check: 'id',
    says: /position \d+ has the ids \d+ and \d+, its feature row \d+ and \d+/,
    do: async ({ paths, ledger, stems: [, stem] }) => {
      await run(ledger, 'DELETE FROM checksum');
      const { diaSourceId } = await ask(ledger, 'SELECT diaSourceId FROM provenance WHERE stem = ?', stem);
      edit(paths.batch(stem!), (text) => text.replaceAll(String(diaSourceId), altered(diaSourceId!)));
      return { stem: stem! };
    },
  },
  {
    name: 'one digit of an id differs in provenance',
    check: 'id',
    says: /is a score of source \d+, of which there is no feature row/,
    do: async ({ ledger, stems: [, stem] }) => {
      await run(
        ledger,
        'UPDATE provenance SET diaSourceId = diaSourceId + 1 WHERE ID = (SELECT max(ID) FROM provenance WHERE stem = ?)',
        stem,
      );
      return { stem: stem! };
    },
  },
  {
    name: 'a feature file is gone',
    check: 'features',
    says: /the feature file .* is missing/,
    do: async ({ paths, stems: [stem] }) => {
      rmSync(paths.features(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'a feature file is cut off',
    check: 'features',
    says: /cells where the header has|no feature row/,
    do: async ({ paths, stems: [stem] }) => {
      truncateSync(paths.features(stem!), Math.floor(readFileSync(paths.features(stem!)).length / 2));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is gone',
    check: 'batch',
    says: /the batch file .* is missing/,
    do: async ({ paths, stems: [stem] }) => {
      rmSync(paths.batch(stem!));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is cut off',
    check: 'batch',
    says: /cannot be read/,
    do: async ({ paths, stems: [stem] }) => {
      truncateSync(paths.batch(stem!), 10_000);
      return { stem: stem! };
    },
  },
  {
    name: 'an alert is gone from a batch file',
    check: 'batch',
    says: /holds \d+ alerts in \d+ bytes; \d+ in \d+ were registered/,
    do: async ({ paths, stems: [stem] }) => {
      edit(paths.batch(stem!), (text) => text.split('\n').toSpliced(2, 1).join('\n'));
      return { stem: stem! };
    },
  },
  {
    name: 'a feature file is there that the ledger does not know',
    check: 'features',
    says: /is of a stem that the ledger does not know/,
    do: async ({ paths, stems }) => {
      const stem = nextStem(stems.at(-1)!);
      cpSync(paths.features(stems[0]!), paths.features(stem));
      const hourAgo = Date.now() / 1000 - 3_600;
      utimesSync(paths.features(stem), hourAgo, hourAgo);
      return { stem };
    },
  },
  ...(['batch', 'features'] as const).map((kind) => ({
    name: `a copy of a ${kind} file is in another night's folder`,
    check: kind,
    says: /is in another night's folder, where it is never read; \S+ is there/,
    do: async ({ paths, stems: [stem] }: Victim) => {
      const night = dirname(paths[kind](stem!));
      const other = join(dirname(night), String(Number(basename(night)) + 1));
      mkdirSync(other, { recursive: true });
      cpSync(paths[kind](stem!), join(other, basename(paths[kind](stem!))));
      return { stem: stem! };
    },
  })),
  {
    name: 'a batch file is moved to another night',
    check: 'batch',
    says: /is in another night's folder, where it is never read$/,
    do: async ({ paths, stems: [stem] }) => {
      const night = dirname(paths.batch(stem!));
      const other = join(dirname(night), String(Number(basename(night)) + 1));
      mkdirSync(other, { recursive: true });
      renameSync(paths.batch(stem!), join(other, basename(paths.batch(stem!))));
      return { stem: stem! };
    },
  },
  {
    name: 'a batch file is there that the ledger does not know',
    check: 'batch',
    says: /is of a stem that the ledger does not know/,
    do: async ({ paths, stems }) => {
      const stem = nextStem(stems.at(-1)!);
      cpSync(paths.batch(stems[0]!), paths.batch(stem));
      const hourAgo = Date.now() / 1000 - 3_600;
      utimesSync(paths.batch(stem), hourAgo, hourAgo);
      return { stem };
    },
  },
];
