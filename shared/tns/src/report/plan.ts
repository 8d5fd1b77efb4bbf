import { type AlertStore, type Gathered, gatherLightCurves } from '@lvra/alerts';
import type { NewTnsReport, TnsLedger, TnsRecord, TnsSite } from '@lvra/ledger';
import type { TnsSettings } from '../settings.js';
import { mayBeRepeated } from '../submit/in-doubt.js';
import { type Discovery, discoveryOf, NoDiscovery } from './discovery.js';
import { internalNameOf, reportOf } from './report.js';

/** What to do with one object. */
export type Planned = { readonly diaObjectId: bigint } & (
  | { readonly kind: 'report'; readonly discovery: Discovery; readonly report: NewTnsReport }
  /** A report whose result is unknown is sent unchanged, so that TNS can recognize it. */
  | { readonly kind: 'repeat'; readonly report: NewTnsReport }
  /** It is at TNS already. */
  | { readonly kind: 'standing'; readonly standing: TnsRecord }
  /** Lasair has a TNS name for it. */
  | { readonly kind: 'named'; readonly tnsName: string }
  /** There is nothing to report. */
  | { readonly kind: 'impossible'; readonly why: string }
);

export interface PlanOptions {
  readonly ledger: TnsLedger;
  readonly batchFile: AlertStore['batchFile'];
  readonly sizesOf: AlertStore['sizesOf'];
  readonly settings: TnsSettings;
  readonly site: TnsSite;
  /** Whether to report an object that is at TNS already. */
  readonly again: (diaObjectId: bigint) => boolean;
  /** ms since 1970. */
  readonly now: number;
}

/** Decides for each object what to report. */
export async function planReports(diaObjectIds: readonly bigint[], options: PlanOptions): Promise<Planned[]> {
  const { ledger, site, again, now, batchFile, sizesOf } = options;
  const known = new Map<bigint, Planned>();
  for (const id of diaObjectIds) {
    const planned = planFromLedger(id, await ledger.standing(site, id), again(id), now);
    if (planned) known.set(id, planned);
  }
  const curves = await gatherLightCurves(
    diaObjectIds.filter((id) => !known.has(id)),
    { stemsOf: (id) => ledger.stemsOf(id), batchFile, sizesOf },
  );
  return diaObjectIds.map((id) => {
    const planned = known.get(id);
    if (planned) return planned;
    const { curve, missing } = curves.get(id) as Gathered;
    if (!curve) return { diaObjectId: id, kind: 'impossible', why: missing as string };
    if (curve.tnsName !== undefined && !again(id)) return { diaObjectId: id, kind: 'named', tnsName: curve.tnsName };
    return discovered(
      id,
      () => discoveryOf(curve, options.settings, new Set(options.settings.filters.keys())),
      options,
    );
  });
}

/** The plan as far as the ledger alone decides it. */
function planFromLedger(
  diaObjectId: bigint,
  standing: TnsRecord | undefined,
  again: boolean,
  now: number,
): Planned | undefined {
  if (standing === undefined) return undefined;
  if (again && (standing.outcome === 'lost' || mayBeRepeated(standing, now))) {
    const { internalName, report } = standing;
    return { diaObjectId, kind: 'repeat', report: { diaObjectId, internalName, report } };
  }
  return again && standing.outcome !== undefined ? undefined : { diaObjectId, kind: 'standing', standing };
}

function discovered(diaObjectId: bigint, discover: () => Discovery, { settings }: PlanOptions): Planned {
  try {
    const discovery = discover();
    const report = JSON.stringify(reportOf(discovery, settings));
    const internalName = internalNameOf(diaObjectId);
    return { diaObjectId, kind: 'report', discovery, report: { diaObjectId, internalName, report } };
  } catch (error) {
    if (!(error instanceof NoDiscovery)) throw error;
    return { diaObjectId, kind: 'impossible', why: error.message };
  }
}
