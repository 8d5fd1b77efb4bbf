import { relative } from 'node:path';
import { scoresOfStem, stemQuarantined, stemRecord, stemSpans, stemStages } from '@lvra/operations';
import { z } from 'zod';
import { stemParam } from '../../routes/params.js';
import { resource } from '../../routes/resource.js';
import { orNotFound } from '../../server/errors.js';
import { ANSWER } from './answer.js';
import { logsOf } from './logs.js';
import { StemPage } from './page.js';

/** Of the highest scores, and of the alerts in quarantine. */
const SHOWN = 50;

export const stem = resource({
  path: '/stems/:stem',
  summary: 'Where a stem came from, its way through the stages, its scores and what is in quarantine of it',
  params: z.object({ stem: stemParam }),
  answer: ANSWER,
  async read(look, { stem }) {
    const record = await orNotFound(stemRecord(look, stem));
    return {
      ...record,
      // Readers need not know where the data root is on the server.
      files: record.files.map((file) => ({ ...file, path: relative(look.paths.root, file.path) })),
      // The ledger has them as the Python pipeline writes them: UTC, and no word of it.
      statuses: record.statuses.map((row) => ({ ...row, at: row.at.replace(/^(\S{10}) (\S{8})$/, '$1T$2Z') })),
      stages: await stemStages(look, stem),
      ...(await scoresOfStem(look, stem, SHOWN)),
      ...stemSpans(record),
      inQuarantine: record.quarantined.length > 0 ? await stemQuarantined(look, stem, SHOWN) : [],
      logs: logsOf(look, record),
    };
  },
  title: ({ stem }) => stem,
  Page: StemPage,
});
