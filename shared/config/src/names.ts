/**
 * One setting, three spellings: `batchAlerts` in the code, `batch_alerts` in the settings file (a VRA's file has it
 * in upper case, as the Python pipeline writes it) and `LVRA_BATCH_ALERTS` in the environment.
 */

/** `batchAlerts` as the settings file spells it: `batch_alerts`. */
export function fileName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `replayPath` on the command line: `--replay-path`. */
export function optionName(key: string): string {
  return `--${fileName(key).replaceAll('_', '-')}`;
}

/** `modelPath` as a VRA's file spells it: `MODEL_PATH`. */
export function vraFileName(key: string): string {
  return fileName(key).toUpperCase();
}

/** `batchAlerts` in the environment, `LVRA_BATCH_ALERTS`; of a VRA, `LVRA_R0B_MODEL_PATH`. */
export function environmentName(key: string, vra?: string): string {
  return ['LVRA', ...(vra === undefined ? [] : [vra.toUpperCase()]), vraFileName(key)].join('_');
}

/**
 * The known name that was probably meant.
 *
 * @param most how many letters may differ; by default, a third of the name
 */
export function closestMatch(
  name: string,
  known: readonly string[],
  most = Math.ceil(name.length / 3),
): string | undefined {
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  const best = distances.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= most ? best.candidate : undefined;
}

/** How many letters must be changed, added or taken away (Levenshtein). */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
