import { firstBytes, quarantinedAlert, quarantineRecord } from '@lvra/operations';
import { z } from 'zod';
import { idParam } from '../../routes/params.js';
import { resource } from '../../routes/resource.js';
import { orNotFound } from '../../server/errors.js';
import { ONE } from './answer.js';
import { OneQuarantinedPage } from './one-page.js';

const BYTES = 800;

export const quarantinedOne = resource({
  path: '/quarantine/:number',
  summary: 'An alert in quarantine, and its first 800 bytes',
  params: z.object({ number: idParam('number of an alert in quarantine') }),
  answer: ONE,
  async read(look, { number }) {
    const alert = await orNotFound(quarantinedAlert(look, BigInt(number)));
    return { alert: quarantineRecord(alert), ...(await firstBytes(look, alert, BYTES)) };
  },
  title: ({ alert }) => `Quarantine ${alert.id}`,
  Page: OneQuarantinedPage,
});
