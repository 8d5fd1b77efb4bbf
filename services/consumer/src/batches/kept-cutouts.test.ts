import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCutouts } from '@lvra/alerts';
import { simulatedCutouts } from '@lvra/simulator';
import { astropyPython } from '@lvra/test-servers/tools';

const SOURCES = new URL('../../../../docs/sources.md', import.meta.url);

test('what docs/sources.md says reads the images of a batch, and astropy takes them as FITS', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-cutouts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { cutoutDifference, cutoutScience, cutoutTemplate } = simulatedCutouts();
  const alert = {
    diaObjectId: 313637921267122191n,
    diaSourceId: '170046091000545381',
    images: { difference: cutoutDifference, science: cutoutScience, template: cutoutTemplate },
  };
  await writeCutouts(join(folder, '20260202_102448.avro'), [alert]);
  const [, snippet = ''] = /```python\n([\s\S]*?)```/.exec(readFileSync(SOURCES, 'utf8')) ?? [];
  const strict = `${snippet}\nfits.open(io.BytesIO(alert['cutoutTemplate'])).verify('exception')`;
  const printed = execFileSync(astropyPython(), ['-c', strict], { cwd: folder, encoding: 'utf8' });
  // The star is in the middle of 88 by 88 pixels, between four of them: 1000 exp(-0.5/8).
  const [, brightest = ''] = /^313637921267122191 \(88, 88\) (\S+)$/m.exec(printed) ?? assert.fail(printed);
  assert.ok(Math.abs(Number(brightest) - 1000 * Math.exp(-0.5 / 8)) < 0.01, printed);
});
