import type { TransportFault } from '../../lasair/faults.js';

/** TNS's calls, by their paths below /api/. */
export type TnsCall = 'set/bulk-report' | 'get/bulk-report-reply' | 'get/search';

/** What happens to a call instead of a response; `times` (1 by default) is the number of calls affected. */
export type TnsFault = TransportFault & { readonly call: TnsCall };
