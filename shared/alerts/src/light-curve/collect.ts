import { BatchUnreadable } from '../batch-reader.js';
import type { JsonRecord } from '../json/values.js';
import { BatchIndex } from '../places/batch-index.js';
import { readAlerts } from '../places/read-alerts.js';
import { type LightCurve, lightCurveOf, mergeLightCurves, mergeOlder, reachesFirstSource } from './light-curve.js';

/** Objects are looked up in the batch files of the stems that the ledger names. */
export interface AlertStore {
  /** The stems whose batch files may hold the object, newest first. */
  readonly stemsOf: (diaObjectId: bigint) => Promise<readonly string[]>;
  /** Where the batch file of a stem is. */
  readonly batchFile: (stem: string) => Promise<string>;
  /** Whose its alerts are and how long, in their order; undefined if nobody kept it. */
  readonly sizesOf: (
    stem: string,
  ) => Promise<{ readonly diaObjectIds: BigInt64Array; readonly lengths: Uint32Array } | undefined>;
}

/** What the batch files say of an object. */
export interface Gathered {
  /** Undefined if no file that can be read has a source of it. */
  readonly curve: LightCurve | undefined;
  /** Those whose batch files it is from, newest first. */
  readonly stems: readonly string[];
  /** Why there is no light curve, or less of it than there was; undefined if it begins with the object's first source. */
  readonly missing: string | undefined;
}

/** An object whose batch files are being read. */
interface Search {
  readonly id: bigint;
  /** Stems that are left, newest first. */
  readonly left: string[];
  readonly isKnown: boolean;
  readonly stems: string[];
  readonly gone: string[];
  readonly unreadable: string[];
  curve: LightCurve | undefined;
}

/**
 * Reads the light curves of objects, each from the newest batch file that has it, and from older ones if that alert
 * does not go back to the object's first source. Of each file only the alerts of these objects are read.
 */
export async function gatherLightCurves(
  diaObjectIds: readonly bigint[],
  store: AlertStore,
): Promise<Map<bigint, Gathered>> {
  const searches = new Map<bigint, Search>();
  for (const id of diaObjectIds) searches.set(id, begin(id, await store.stemsOf(id)));
  for (;;) {
    const wanted = new Map<string, Search[]>();
    for (const search of searches.values()) {
      const next = search.curve && reachesFirstSource(search.curve) ? undefined : search.left.shift();
      if (next !== undefined) wanted.set(next, [...(wanted.get(next) ?? []), search]);
    }
    if (wanted.size === 0) break;
    for (const [stem, some] of wanted) await readStem(stem, some, store);
  }
  return new Map([...searches].map(([id, search]) => [id, { ...search, missing: whatIsMissing(search) }]));
}

function begin(id: bigint, stems: readonly string[]): Search {
  const nothing = { stems: [], gone: [], unreadable: [], curve: undefined };
  return { id, left: [...stems], isKnown: stems.length > 0, ...nothing };
}

/**
 * The alerts of a stem about some objects, in the order of its batch file.
 *
 * @throws what is `isUnreadable`
 */
export async function alertsOf(
  stem: string,
  diaObjectIds: Iterable<bigint>,
  { batchFile, sizesOf }: Omit<AlertStore, 'stemsOf'>,
): Promise<Map<bigint, JsonRecord[]>> {
  const sizes = await sizesOf(stem);
  const index = sizes && BatchIndex.ofSizes(sizes.diaObjectIds, sizes.lengths);
  return readAlerts(await batchFile(stem), diaObjectIds, index);
}

/** Whether an error says that a batch file is gone or broken. */
export function isUnreadable(error: unknown): error is Error {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return error instanceof BatchUnreadable || (code !== undefined && syscall !== undefined);
}

async function readStem(stem: string, searches: readonly Search[], store: AlertStore): Promise<void> {
  let found: Map<bigint, JsonRecord[]>;
  try {
    found = await alertsOf(
      stem,
      searches.map(({ id }) => id),
      store,
    );
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    for (const { gone, unreadable } of searches) {
      if (isGone) gone.push(stem);
      else unreadable.push(`the batch file of ${stem} cannot be read: ${error.message}`);
    }
    return;
  }
  for (const search of searches) {
    const curve = curveOf(search.id, found.get(search.id) ?? []);
    if (!curve) continue;
    search.stems.push(stem);
    search.curve = search.curve ? mergeOlder(search.curve, curve) : curve;
  }
}

/** A file may have several messages of an object, in any order. */
function curveOf(id: bigint, messages: readonly JsonRecord[]): LightCurve | undefined {
  const curves = messages.map((message) => lightCurveOf(id, message)).filter((curve) => curve !== undefined);
  return curves.length === 0 ? undefined : mergeLightCurves(curves);
}

function whatIsMissing({ isKnown, curve, gone, unreadable }: Search): string | undefined {
  if (!isKnown) return 'the ledger knows no such object';
  if (curve && reachesFirstSource(curve)) return undefined;
  const files = [...(gone.length > 0 ? [inWords(gone)] : []), ...unreadable.slice(0, 1)].join('; ');
  if (!curve) return files || 'no batch file has an alert of it with a source';
  const first = `its alerts begin at MJD ${curve.sources[0]?.midpointMjdTai}, its first source is of MJD ${curve.firstDiaSourceMjdTai}`;
  return files ? `${first}: ${files}` : first;
}

/** @param gone the newest first */
function inWords(gone: readonly string[]): string {
  const files =
    gone.length === 1
      ? `the batch file of ${gone[0]} is gone`
      : `the batch files of ${gone.length} stems are gone, that of ${gone[0]} the newest`;
  return `${files} (\`lvra prune\` removes those of old nights)`;
}
