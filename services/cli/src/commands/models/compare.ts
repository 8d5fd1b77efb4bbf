import { vraOf } from '@lvra/config';
import { UsageError } from '@lvra/core';
import type { ScoredBy } from '@lvra/ledger';
import { checkNights, comparisonOf, modelQuality, usualThreshold, withLedger } from '@lvra/operations';
import { CannotWrite, writeFileAtomically } from '@lvra/store';
import { Command } from 'commander';
import { score } from '../../command-line/option-parsers.js';
import { print, printJson } from '../../command-line/output.js';
import { type Compared, describe, inJson } from '../../print/comparison.js';
import { describeQuality } from '../../print/model-quality.js';

const HELP = `
Compares the scores that both versions gave of the same sources. A version of another VRA is written vra:version: of one with
ANNOTATE: no, that scores beside the other at night, or has past nights scored by \`lvra backfill\`. Of a source that is in a
stem several times the first score is held against the first, and so on. The score of an object is that of its newest source.
Where objects have labels (\`lvra label\`, \`lvra labels import\`), purity and completeness of both versions over all nights: at the threshold, and at the
lowest one that gives the wanted purity.

Examples:
  lvra backfill --vra r0b_next --from 20260422 --to 20260429
  lvra model compare r0b a1 r0b_next:a2 --from 20260422 --to 20260429 --svg a1-a2.svg
  lvra model compare r0b a1 r0b_next:a2 --from 20260422 --to 20260422 --json`;

const USUAL_PURITY = 0.95;

interface CompareOptions {
  readonly from: string;
  readonly to: string;
  readonly threshold?: number;
  readonly purity: number;
  readonly svg?: string;
  readonly json?: true;
}

export function modelCompareCommand(): Command {
  return new Command('compare')
    .description('how two versions score the same sources')
    .argument('<vra>')
    .argument('<first>', 'a version, or vra:version')
    .argument('<second>', 'a version, or vra:version')
    .requiredOption('--from <night>', 'YYYYMMDD, UTC')
    .requiredOption('--to <night>', 'YYYYMMDD, UTC; this night too')
    .option('--threshold <score>', 'which objects cross it; by default LOWEST_SCORE of the VRA, or 0.5', score)
    .option('--purity <share>', 'wanted of the objects that a version takes, by their labels', score, USUAL_PURITY)
    .option('--svg <file>', 'draw it, too')
    .option('--json', 'for programs, with every object that crosses the threshold; ids are strings')
    .addHelpText('after', HELP)
    .action(compare);
}

async function compare(name: string, first: string, second: string, options: CompareOptions): Promise<void> {
  const { from, to, svg, json } = options;
  checkNights(from, to);
  if (labelOf(name, first) === labelOf(name, second)) {
    throw new UsageError(
      `${labelOf(name, first)} twice: name two versions, of which \`lvra model list\` shows what is there`,
    );
  }
  const { comparison, quality } = await withLedger(async ({ ledger, settings }) => {
    const threshold = options.threshold ?? usualThreshold(settings, vraOf(settings, name).modelName);
    const both = [scoredBy(name, first), scoredBy(name, second)] as const;
    const wanted = { threshold, purity: options.purity };
    return {
      comparison: await comparisonOf(ledger.compared, ...both, { from, to, threshold }),
      quality: [
        [labelOf(name, first), await modelQuality({ ledger, settings }, name, both[0], wanted)],
        [labelOf(name, second), await modelQuality({ ledger, settings }, name, both[1], wanted)],
      ] as const,
    };
  });
  const compared: Compared = { first: labelOf(name, first), second: labelOf(name, second), from, to };
  if (json) printJson({ ...inJson(compared, comparison), byLabels: Object.fromEntries(quality) });
  else print(`${describe(compared, comparison)}\n\n${describeQuality(quality)}`);
  if (svg === undefined) return;
  const { draw } = await import('../../print/comparison-picture.js');
  const picture = await draw(compared, comparison);
  try {
    await writeFileAtomically(svg, async (file) => {
      await file.writeFile(picture);
    });
  } catch (error) {
    if (error instanceof CannotWrite) throw new UsageError(`--svg cannot be written: ${error.message}`);
    throw error;
  }
}

function scoredBy(vra: string, written: string): ScoredBy {
  const at = written.indexOf(':');
  return at === -1 ? { vra, version: written } : { vra: written.slice(0, at), version: written.slice(at + 1) };
}

function labelOf(name: string, written: string): string {
  const { vra, version } = scoredBy(name, written);
  return `${vra} ${version}`;
}
