import type { Settings } from '@lvra/config';
import { isLabel, STAGES } from '@lvra/core';
import type { Label } from '@lvra/ledger';
import { type Look, type Retried, resume, retry, retryable, status, withLedger } from '@lvra/operations';
import { z } from 'zod';
import { idParam, stemParam } from '../routes/params.js';

/** Something that an operator can do from a page. */
export interface Action {
  /** Its address is /actions/ and this name. */
  readonly name: string;
  readonly params: z.ZodObject;
  /** What it is called on the page and on its button. */
  readonly title: string;
  /** What stays as it is, and what is recorded. */
  readonly note: string;
  /** What it would do now, a line each; empty if there is nothing to do. @param by who asks for it */
  plan(look: Look, params: Asked, by: string): Promise<string[]>;
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
  /** A diaObjectId. */
  readonly object?: string | undefined;
  readonly label?: string | undefined;
}

const STAGE = z.enum(STAGES);
const VRA = z.string().max(100);

const OF_STEMS = 'Nothing is sent twice, and no score is changed. Your name goes into the history of each stem.';

const RETRY_STEM: Action = {
  name: 'retry',
  title: 'Try this stem again',
  note: OF_STEMS,
  params: z.object({ stem: stemParam, stage: STAGE.optional(), vra: VRA.optional() }),
  plan: async (look, asked) => linesOf(await retryable(look, which(asked))),
  act: (settings, asked, by) => retried(settings, asked, by),
  after: ({ stem = '' }) => `/stems/${stem}`,
};

const RETRY_ALL: Action = {
  name: 'retry-failed',
  title: 'Try all failed stems again',
  note: OF_STEMS,
  params: z.object({ stage: STAGE.optional(), vra: VRA.optional() }),
  plan: async (look, asked) => linesOf(await retryable(look, which(asked))),
  act: (settings, asked, by) => retried(settings, asked, by),
  after: () => '/',
};

const RESUME: Action = {
  name: 'resume',
  title: 'Let a paused stage continue',
  note: OF_STEMS,
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

const LABEL: Action = {
  name: 'label',
  title: 'Label this object',
  note: 'No score is changed, and nothing is sent to Lasair. Your name is recorded with the label.',
  params: z.object({
    object: idParam('diaObjectId'),
    label: z.string().refine((given) => given === '' || isLabel(given), 'is no label'),
  }),
  async plan({ ledger }, { object, label }, by) {
    const labels = await ledger.labels.ofObject(BigInt(object!));
    const words = ({ label, who }: Label) => `${label}, as ${who} said`;
    if (label !== '') return [`${object} is ${label}${labels[0] ? `; until now it is ${words(labels[0])}` : ''}`];
    const own = labels.findIndex(({ who }) => who === by);
    if (own === -1) return [];
    const next = labels.toSpliced(own, 1)[0];
    return [`${object} is no longer ${words(labels[own]!)}, but ${next ? words(next) : 'without a label'}`];
  },
  async act(settings, { object, label }, by) {
    const diaObjectId = BigInt(object!);
    await withLedger(async ({ ledger }) => {
      if (label === '') return void (await ledger.labels.takeBack(diaObjectId, by));
      // A button that is pressed twice says the same once.
      const [counts] = await ledger.labels.ofObject(diaObjectId);
      if (counts?.who === by && counts.label === label) return;
      await ledger.labels.add([{ diaObjectId, label: label!, who: by, at: Date.now() }]);
    }, settings);
    return label === '' ? `${object}: label taken back` : `${object} is ${label}`;
  },
  after: ({ object = '' }) => `/objects/${object}`,
};

export const ACTIONS: readonly Action[] = [RETRY_STEM, RETRY_ALL, RESUME, LABEL];

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
