import { status } from '@lvra/operations';
import { z } from 'zod';
import { resource } from '../../routes/resource.js';
import { TonightPage } from './page.js';

const ANSWER = z.object({
  stages: z.array(
    z.object({
      stage: z.string(),
      vra: z.string(),
      done: z.number(),
      partial: z.number(),
      pending: z.number(),
      dead: z.number(),
    }),
  ),
});

export const tonight = resource({
  path: '/',
  summary: 'How far each stage is',
  params: z.object({}),
  answer: ANSWER,
  async read(look) {
    const { stages } = await status(look);
    return {
      stages: stages.map(({ stage, vra, done, partial, pending, dead }) => ({
        stage,
        vra,
        done,
        partial,
        pending,
        dead,
      })),
    };
  },
  title: () => 'Tonight',
  Page: TonightPage,
});
