import type { Settings } from '@lvra/config';
import { STAGES } from '@lvra/core';
import { type Look, type Retried, resume, retry, retryable, status, withLedger } from '@lvra/operations';
import { z } from 'zod';
import { stemParam } from '../routes/params.js';

/** Something that an operator can do from a page. */
export interface Action {
  /** Its address is /actions/ and this name. */
  readonly name: string;
  readonly params: z.ZodObject;
  /** What it is called on the page and on its button. */
  readonly title: string;
  /** What it would do now, a line each; empty if there is nothing to do. */
  plan(look: Look, params: Asked): Promise<string[]>;
  /** Does it. @param by who asks for it. @returns what it did, for the log */
  act(settings: Settings, params: Asked, by: string): Promise<string>;
  /** Where to look afterwards. */
  after(params: Asked): string;
}

/** All that any of them is asked with. */
export interface Asked {
  readonly stem?: string | undefined;
  readonly stage?: (typeof STAGES)[number] | undefined;
  readonly vra?: string | undefined;
}

const STAGE = z.enum(STAGES);
const VRA = z.string().max(100);

const RETRY_STEM: Action = {
  name: 'retry',
  title: 'Try this stem again',
  params: z.object({ stem: stemParam, stage: STAGE.optional(), vra: VRA.optional() }),
  plan: async (look, asked) => linesOf(await retryable(look, which(asked))),
  act: (settings, asked, by) => retried(settings, asked, by),
  after: ({ stem = '' }) => `/stems/${stem}`,
};

const RETRY_ALL: Action = {
  name: 'retry-failed',
  title: 'Try all failed stems again',
  params: z.object({ stage: STAGE.optional(), vra: VRA.optional() }),
  plan: async (look, asked) => linesOf(await retryable(look, which(asked))),
  act: (settings, asked, by) => retried(settings, asked, by),
  after: () => '/',
};

const RESUME: Action = {
  name: 'resume',
  title: 'Let a paused stage continue',
  params: z.object({ stage: STAGE, vra: VRA }),
  async plan(look, { stage, vra }) {
    const paused = (await status(look)).stages.filter((each) => each.stage === stage && each.vra === vra);
    return paused.flatMap(({ pausedUntil, pausedBecause }) =>
      pausedUntil === undefined
        ? []
        : [`${stage} ${vra} waits until ${pausedUntil}: ${pausedBecause}. It would continue now, in every replica.`],
    );
  },
  async act(settings, { stage, vra }) {
    await withLedger((open) => resume(open, stage!, vra!), settings);
    return `${stage} ${vra} continues`;
  },
  after: () => '/',
};

export const ACTIONS: readonly Action[] = [RETRY_STEM, RETRY_ALL, RESUME];

const which = ({ stem, stage, vra }: Asked) => ({ stem, stage, vra });

async function retried(settings: Settings, asked: Asked, by: string): Promise<string> {
  const done = await withLedger((open) => retry(open, { ...which(asked), force: false, by }), settings);
  return done.map(({ stage, vra, stems }) => `${stage} ${vra}: ${stems.length} stems`).join(', ') || 'nothing to do';
}

function linesOf(found: readonly Retried[]): string[] {
  return found.flatMap(({ stage, vra, stems, wasPaused }) => [
    ...(stems.length > 0
      ? [`${stage} ${vra} tries ${stems.length === 1 ? stems[0] : `${stems.length} stems`} again, at once`]
      : []),
    ...(wasPaused ? [`${stage} ${vra} waits no longer`] : []),
  ]);
}
