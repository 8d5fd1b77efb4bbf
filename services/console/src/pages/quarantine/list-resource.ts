import { QUARANTINE_REASONS } from '@lvra/core';
import { quarantinePage } from '@lvra/operations';
import { z } from 'zod';
import { idParam, wordParam } from '../../routes/params.js';
import { resource } from '../../routes/resource.js';
import { LIST } from './answer.js';
import { QuarantinePage, STAGES } from './list-page.js';

const ALERTS = 50;

export const quarantine = resource({
  path: '/quarantine',
  summary: 'Alerts that could not be used, newest first, and how many there are by reason',
  params: z.object({
    stage: wordParam(STAGES),
    reason: wordParam(QUARANTINE_REASONS),
    all: wordParam(['yes']).describe('also those that were replayed, and those without their bytes'),
    before: idParam('number of an alert in quarantine').optional(),
  }),
  answer: LIST,
  async read(look, { stage, reason, all, before }) {
    const question = { stage, reason, all: all === 'yes', before: before === undefined ? undefined : BigInt(before) };
    return quarantinePage(look, question, ALERTS);
  },
  title: () => 'Quarantine',
  Page: QuarantinePage,
});
