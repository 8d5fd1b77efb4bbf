import { type Candidates, candidates as candidatesOf, everyCandidate, type Look } from '@lvra/operations';
import type { z } from 'zod';
import { objectsAtLasair } from '../../layout/lasair.js';
import { type Cell, type CsvAnswer, resource } from '../../routes/resource.js';
import { orRefused } from '../../server/errors.js';
import { ANSWER } from './answer.js';
import { CandidatesPage } from './page.js';
import { type CandidatesParams, PARAMS } from './params.js';

/** What of the address is asked of the ledger. */
function questionOf({ bands, seen: _, ...params }: CandidatesParams) {
  return { ...params, bands: bands === undefined ? undefined : [...bands] };
}

async function read(look: Look, params: CandidatesParams): Promise<z.output<typeof ANSWER>> {
  const found = await orRefused(candidatesOf(look, questionOf(params)));
  const settings = look.settings.vras.find(({ modelName }) => modelName === found.vra);
  const { versions, candidates, ...rest } = found;
  return {
    objectsAtLasair: objectsAtLasair(look.settings.endpoint),
    ...{ vras: [...look.vras], lowestScore: settings?.lowestScore ?? null, ...rest, versions: [...versions] },
    labels: [...(settings?.positiveLabels ?? []), ...(settings?.negativeLabels ?? [])],
    candidates: candidates.map(({ brighter, first, ...candidate }) => ({
      ...candidate,
      brighter: brighter && { ...brighter },
      first: first && [...first],
    })),
  };
}

const THRESHOLDS = ['22', '21', '20', '19', '18'] as const;
const HEAD = [
  ...['diaObjectId', 'diaSourceId', 'stem', 'score', 'modelVersion', 'change', 'other', 'observedUtc', 'band'],
  ...[
    'psfFlux',
    'magnitude',
    'ra',
    'decl',
    'distance',
    'sources',
    ...THRESHOLDS.map((magnitude) => `n_gt${magnitude}`),
  ],
  ...['first', 'fate', 'isCurrent', 'tnsName', 'label', 'provenanceId'],
];

async function csv(look: Look, params: CandidatesParams): Promise<CsvAnswer> {
  const found = await orRefused(everyCandidate(look, questionOf(params)));
  const rows = found.candidates.map((each): Cell[] => [
    ...[each.diaObjectId, each.diaSourceId, each.stem, each.score, each.modelVersion, each.change, each.other],
    ...[each.observedUtc, each.band, each.psfFlux, each.magnitude, each.ra, each.decl, each.distance, each.sources],
    ...THRESHOLDS.map((magnitude) => each.brighter?.[magnitude] ?? null),
    ...[each.first?.join(' ') ?? null, each.fate, each.isCurrent, each.tnsName, each.label, each.provenanceId],
  ]);
  return { rows: [HEAD, ...rows], missing: missingOf(found) };
}

/** As the page says it. */
function missingOf({ unknown, beginsAt, unusable }: Candidates): string | null {
  const missing = [
    ...Object.entries(unknown).flatMap(([what, rows]) => (rows > 0 ? [`${what} of ${rows} not recorded`] : [])),
    ...(beginsAt === null ? [] : [`the night's scores before stem ${beginsAt}`]),
    ...(unusable > 0 ? [`${unusable} scores without an object or a value`] : []),
  ];
  return missing.length > 0 ? missing.join('; ') : null;
}

export const candidates = resource({
  path: '/candidates',
  summary: 'The candidates of a night: filtered, ordered, a page at a time; as CSV all of them',
  params: PARAMS,
  answer: ANSWER,
  read,
  csv,
  title: ({ vra, night }) => (night === null ? 'Candidates' : `Candidates of ${vra}, night ${night}`),
  Page: CandidatesPage,
});
