import { isStem, UsageError } from '@lvra/core';
import type { LabelRecord } from '@lvra/ledger';
import type { CsvScanner } from '@lvra/model';
import type { Cell, Table } from '../table.js';
import { column } from './columns.js';
import { columnsOf, rowsOf } from './feature-rows.js';
import { isThere, type StemFile } from './files-of-stems.js';
import { LABEL, WHEN, WHO, whenOf } from './labels.js';
import type { Source } from './night-table.js';

/** A VRA, and what its settings say of labels. */
export interface LabelledVra {
  readonly modelName: string;
  readonly features: string;
  readonly positiveLabels: readonly string[];
  readonly negativeLabels: readonly string[];
}

/** What the labels of objects and their features make. */
export interface TrainingTable extends Table {
  /** Objects with such a label that the VRA never had. */
  readonly unseen: number;
  /** Objects whose feature files are all gone. */
  readonly gone: number;
  /** Files that cannot be read or lack a row, and why; known once the rows were read. */
  readonly unreadable: readonly string[];
}

const TARGET = column(
  'target',
  'int32',
  'Class that the label means to the VRA: 1 of a positive one, 0 of a negative one.',
  null,
  'src.class',
);
type LabelSource = Pick<Source, 'ledger' | 'paths'>;

/** Of each row before its features. */
const OWN = [TARGET, LABEL, WHO, WHEN];

/** Asked of the ledger at a time. */
const OBJECTS_AT_ONCE = 500;

/** The rows that are wanted of a feature file: the labels of their objects, by source. */
type Wanted = Map<bigint, LabelRecord>;

/**
 * A row for each labelled object, with its label: that of its newest source whose feature file is there. Rows are in the order of stems
 * and of their files, with all columns that any of these files has.
 *
 * @param labels which are wanted; by default those that count for the VRA. Of others the target is missing
 * @throws UsageError if no object has such a label
 */
export async function training(
  source: LabelSource,
  vra: LabelledVra,
  labels?: readonly string[],
): Promise<TrainingTable> {
  const { modelName, positiveLabels, negativeLabels } = vra;
  const wanted = labels ?? [...positiveLabels, ...negativeLabels];
  const labelled = [...(await source.ledger.labels.newest()).values()].filter(({ label }) => wanted.includes(label));
  if (labelled.length === 0) {
    throw new UsageError(
      `no object has the label ${wanted.join(' or ')}: \`lvra label\` and \`lvra labels import\` make labels`,
    );
  }
  const { files, unseen, gone } = await filesOf(source, vra, labelled);
  const isOwn = (name: string) => OWN.some((own) => own.name === name);
  const features = (await columnsOf(files.map(({ file }) => file))).filter(({ name }) => !isOwn(name));
  const unreadable: string[] = [];
  return {
    name: 'training',
    description: `Features and labels of objects, for ${modelName}.`,
    columns: [...OWN, ...features],
    ...{ unseen, gone, unreadable },
    async *rows() {
      const object = features.findIndex(({ name }) => name === 'diaObjectId');
      for (const { file, wanted } of files) {
        const byObject = new Map([...wanted.values()].map((label) => [label.diaObjectId as Cell, label]));
        const { count, columns } = await rowsOf(file, features, unreadable, chooseFrom(wanted));
        const lacks = wanted.size - count;
        if (lacks > 0)
          unreadable.push(
            `${file.path} lacks ${lacks === 1 ? 'the row of a labelled object' : `the rows of ${lacks} labelled objects`}`,
          );
        if (count === 0) continue;
        const own = Array.from(columns[object]!, (id) => ownCells(vra, byObject.get(id)!));
        yield { count, columns: [...OWN.map((_, at) => own.map((cells) => cells[at]!)), ...columns] };
      }
    },
  };
}

function ownCells({ positiveLabels, negativeLabels }: LabelledVra, { label, who, at }: LabelRecord): readonly Cell[] {
  const target = positiveLabels.includes(label) ? 1 : negativeLabels.includes(label) ? 0 : null;
  return [target, label, who, whenOf(at)];
}

/** Takes each source once, and only where the row is of the object that has the label. */
function chooseFrom(wanted: Wanted): (names: readonly string[], scanner: CsvScanner) => boolean {
  const left = new Map(wanted);
  return (names, scanner) => {
    const cell = (name: string) => {
      const at = names.indexOf(name);
      return at === -1 ? '' : scanner.text(at);
    };
    const id = cell('diaSourceId');
    const label = /^\d{1,19}$/.test(id) ? left.get(BigInt(id)) : undefined;
    if (label === undefined || cell('diaObjectId') !== String(label.diaObjectId)) return false;
    // Until 2026-02-10 the Python pipeline wrote one diaObjectId into all rows of a file.
    if (!['', String(label.diaObjectId)].includes(cell('diaObjectId_sourceId'))) return false;
    return left.delete(BigInt(id));
  };
}

interface Files {
  readonly files: readonly { readonly file: StemFile; readonly wanted: Wanted }[];
  readonly unseen: number;
  readonly gone: number;
}

/** The feature files that have the newest row of each object, oldest first. */
async function filesOf(
  { ledger, paths }: LabelSource,
  vra: LabelledVra,
  labelled: readonly LabelRecord[],
): Promise<Files> {
  const byStem = new Map<string, { file: StemFile; isThere: boolean; wanted: Wanted }>();
  const fileOf = async (stem: string) => {
    const known = byStem.get(stem);
    if (known) return known;
    const path = paths.features(stem, vra.features);
    const found = { file: { stem, path }, isThere: await isThere(path), wanted: new Map() };
    byStem.set(stem, found);
    return found;
  };
  let unseen = 0;
  let gone = 0;
  for (let from = 0; from < labelled.length; from += OBJECTS_AT_ONCE) {
    const left = new Map(labelled.slice(from, from + OBJECTS_AT_ONCE).map((label) => [label.diaObjectId, label]));
    const scored = await ledger.labels.scored(vra.modelName, [...left.keys()]);
    const seen = new Set(scored.map(([id]) => id));
    for (const [id, diaSourceId, stem] of scored.reverse()) {
      const label = left.get(id);
      if (label === undefined || !isStem(stem)) continue;
      const { isThere, wanted } = await fileOf(stem);
      if (!isThere) continue;
      wanted.set(diaSourceId, label);
      left.delete(id);
    }
    const seenBefore = [...left.keys()].filter((id) => seen.has(id)).length;
    unseen += left.size - seenBefore;
    gone += seenBefore;
  }
  const files = [...byStem.values()].filter(({ wanted }) => wanted.size > 0);
  return { files: files.sort((a, b) => (a.file.stem < b.file.stem ? -1 : 1)), unseen, gone };
}
