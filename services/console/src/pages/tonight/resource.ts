import { tonight as numbersOfTonight, recentStems } from '@lvra/operations';
import { z } from 'zod';
import { stemParam, wordParam } from '../../routes/params.js';
import { resource } from '../../routes/resource.js';
import { assertVra, vraParam } from '../../routes/vra.js';
import { ANSWER } from './answer.js';
import { TonightPage } from './page.js';

const STEMS = 50;

export const tonight = resource({
  path: '/',
  summary: 'What came in tonight, what waits and what failed, and the newest stems',
  params: z.object({ only: wordParam(['failed', 'pending', 'dead']), vra: vraParam, before: stemParam.optional() }),
  answer: ANSWER,
  async read(look, { only, vra, before }) {
    assertVra(look, vra);
    const numbers = await numbersOfTonight(look, vra);
    return { ...numbers, ...(await recentStems(look, { only, vra, before }, STEMS)) };
  },
  title: () => 'Tonight',
  Page: TonightPage,
});
