import type { TransportFault } from '../faults.js';

/** The calls that TNS takes, by their paths below /api/. */
export type TnsCall = 'set/bulk-report' | 'get/bulk-report-reply' | 'get/search';

/** What happens to a call instead of an answer; `times` (1 unless told) counts the calls that it strikes. */
export type TnsFault = TransportFault & { readonly call: TnsCall };
