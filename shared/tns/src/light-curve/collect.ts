import { JsonCursor, type JsonRecord, KIND, keyIs, readValue, scanBatch } from '@lvra/alerts';
import { AlertRejected, parseId } from '@lvra/core';
import type { TnsLedger } from '@lvra/ledger';
import {
  type Epoch,
  inOrder,
  type LightCurve,
  lightCurveOf,
  mergeLightCurves,
  reachesFirstSource,
} from './light-curve.js';

/** Objects are looked up in the batch files of the stems that the ledger names. */
export interface AlertStore {
  readonly ledger: Pick<TnsLedger, 'stemsOf'>;
  /** Where the batch file of a stem is. */
  readonly batchFile: (stem: string) => Promise<string>;
}

/** The light curve of an object, or why there is none. */
export type Gathered = LightCurve | string;

/**
 * Reads the light curves of objects, each from the newest batch file that has it, and from older ones if that alert
 * does not go back to the object's first source. Each file is read once for all objects.
 */
export async function gatherLightCurves(
  diaObjectIds: readonly bigint[],
  { ledger, batchFile }: AlertStore,
): Promise<Map<bigint, Gathered>> {
  const stems = new Map<bigint, string[]>();
  for (const id of diaObjectIds) stems.set(id, await ledger.stemsOf(id));
  const known = new Set(diaObjectIds.filter((id) => stems.get(id)?.length));
  const curves = new Map<bigint, LightCurve>();
  const unreadable = new Map<bigint, string>();
  for (;;) {
    const wanted = new Map<string, Set<bigint>>();
    for (const [id, left] of stems) {
      const curve = curves.get(id);
      const next = curve && reachesFirstSource(curve) ? undefined : left.shift();
      if (next !== undefined) wanted.set(next, (wanted.get(next) ?? new Set()).add(id));
    }
    if (wanted.size === 0) break;
    for (const [stem, ids] of wanted) {
      const found = await lightCurvesIn(await batchFile(stem), ids);
      if (typeof found === 'string') for (const id of ids) unreadable.set(id, found);
      else for (const [id, older] of found) curves.set(id, merged(curves.get(id), older));
    }
  }
  return new Map(diaObjectIds.map((id) => [id, curves.get(id) ?? unreadable.get(id) ?? whyMissing(known.has(id))]));
}

function merged(newer: LightCurve | undefined, older: LightCurve): LightCurve {
  return newer ? mergeLightCurves(newer, older) : older;
}

function whyMissing(isKnown: boolean): string {
  return isKnown ? 'no batch file has an alert of it' : 'the ledger knows no such object';
}

/** @returns what one batch file has of these objects; or why it could not be read */
export async function lightCurvesIn(path: string, ids: ReadonlySet<bigint>): Promise<Map<bigint, LightCurve> | string> {
  const found = new Map<bigint, LightCurve>();
  try {
    for await (const { result } of scanBatch(path, (cursor, bytes) => readMessage(cursor, bytes, ids))) {
      if (!result || result instanceof AlertRejected) continue;
      const curve = lightCurveOf(result.id, result.message);
      const other = found.get(result.id);
      if (!curve) continue;
      found.set(result.id, other ? mergeLightCurves(...newestFirst(curve, other)) : curve);
    }
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (code === undefined && name !== 'BatchUnreadable') throw error;
    return `its batch file cannot be read: ${message}`;
  }
  return found;
}

/** A file may have several messages of an object, in any order. */
function newestFirst(a: LightCurve, b: LightCurve): [LightCurve, LightCurve] {
  const latest = ({ sources }: LightCurve) => sources.at(-1) as Epoch;
  return inOrder(latest(a), latest(b)) >= 0 ? [a, b] : [b, a];
}

/** Parses a message about one of the objects; skips all others. */
function readMessage(
  cursor: JsonCursor,
  bytes: Buffer,
  ids: ReadonlySet<bigint>,
): { id: bigint; message: JsonRecord } | undefined {
  const start = cursor.position;
  if (cursor.value() !== KIND.object) return undefined;
  const end = cursor.position;
  const id = topLevelId(bytes, start, end);
  if (id === undefined || !ids.has(id)) return undefined;
  const message = readValue(new JsonCursor().reset(bytes, start, end), bytes) as JsonRecord;
  return { id, message };
}

/** Of a repeated key the last one counts, as in Python. */
function topLevelId(bytes: Buffer, start: number, end: number): bigint | undefined {
  const cursor = new JsonCursor().reset(bytes, start, end);
  let id: bigint | undefined;
  if (!cursor.enterObject()) return undefined;
  do {
    cursor.key();
    const isId = keyIs(bytes, cursor, 'diaObjectId');
    const kind = cursor.value(1);
    if (isId && kind === KIND.integer) id = parseId(bytes.toString('latin1', cursor.valueStart, cursor.valueEnd));
  } while (cursor.nextInObject());
  return id;
}
