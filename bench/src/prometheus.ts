/** One sample of a metrics page: its labels as written, and its value. */
interface Sample {
  readonly labels: string;
  readonly value: number;
}

/** The sum of a metric's samples whose labels hold all of `labels`, such as `stage="predict"`. */
export function sumOf(page: string, name: string, ...labels: string[]): number {
  return samplesOf(page, name)
    .filter((sample) => labels.every((label) => sample.labels.includes(label)))
    .reduce((sum, sample) => sum + sample.value, 0);
}

function samplesOf(page: string, name: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const parts = /^([a-zA-Z_:]+)(\{[^}]*\})? (\S+)$/.exec(line);
    return parts?.[1] === name ? [{ labels: parts[2] ?? '', value: Number(parts[3]) }] : [];
  });
}
