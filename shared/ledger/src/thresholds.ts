/** The magnitudes of the threshold flags, from the faintest. */
export const THRESHOLDS = [22, 21, 20, 19, 18] as const;
