import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AlertCutouts, writeCutouts } from '@lvra/alerts';
import { FRAMED_SAMPLE } from '@lvra/alerts/testing/rubin-schemas';
import type { SimulatedAlert } from '@lvra/simulator';
import { dataPaths } from '@lvra/store';

/** Keeps stamps of alerts that have been taken in, as the consumer does of alerts in Avro: those of a real one. */
export async function keepStamps(root: string, alerts: readonly SimulatedAlert[]): Promise<void> {
  const [difference, science, template] = realStamps();
  const paths = dataPaths(root);
  for (const path of readdirSync(join(root, 'JSON'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.json')) continue;
    const batch = readFileSync(join(root, 'JSON', path), 'utf8');
    const kept = alerts.filter(({ text }) => batch.includes(text));
    await writeCutouts(
      paths.cutouts(basename(path, '.json')),
      kept.map(({ diaObjectId, diaSourceId }, number): AlertCutouts => {
        // One that did not come, and one that nobody can read: both are words on the page.
        const images = [
          { science, template, difference },
          { science, template: null, difference: DAMAGED },
        ];
        return { diaObjectId, diaSourceId: String(diaSourceId), images: images[number % 5 === 4 ? 1 : 0]! };
      }),
    );
  }
}

const DAMAGED = Buffer.from('<script>alert(1)</script>');

/** The images of Rubin's alert in the sample: each begins as FITS files do. */
function realStamps(): [Buffer, Buffer, Buffer] {
  const sample = readFileSync(FRAMED_SAMPLE);
  const begins: number[] = [];
  for (let at = sample.indexOf('SIMPLE  ='); at !== -1; at = sample.indexOf('SIMPLE  =', at + 1)) begins.push(at);
  const [first = 0, second, third] = begins;
  return [sample.subarray(first, second), sample.subarray(second, third), sample.subarray(third)];
}
