import { Ago } from '../layout/ago.js';
import { Duration, type Mark, State } from '../layout/parts.js';
import type { StageOfStem } from './stage-of-stem.js';

const MARKS: Readonly<Record<Exclude<StageOfStem['progress'], 'partial'>, Mark>> = {
  done: 'done',
  active: 'active',
  waiting: 'pending',
  later: 'none',
  failed: 'failed',
  dead: 'dead',
  none: 'none',
};

const WORDS = {
  partial: 'partial',
  active: 'being done',
  waiting: 'waits',
  failed: 'failed',
  dead: 'given up',
} as const;

/**
 * Of a stage that is done in part. Nearly every stem has alerts without anything to score, which is no reason to look; what is
 * in quarantine is counted beside the stem. What was not taken by Lasair is one.
 */
export function markOfPartial(stage: string): Mark {
  return stage === 'annotate' ? 'partial' : 'lacking';
}

/** How a stage stands with a stem, and why; one that is done says how long that took. */
export function StageState({ of }: { of: StageOfStem | undefined }) {
  if (of === undefined || of.progress === 'none') return <span class="quiet">none</span>;
  const { stage, progress, ms, attempts, detail, meaning, nextAttempt } = of;
  if (progress === 'later') return <Later />;
  const hasFailed = progress === 'failed' || progress === 'dead';
  return (
    <>
      {progress === 'done' ? (
        <Done ms={ms} />
      ) : (
        <>
          <State is={progress === 'partial' ? markOfPartial(stage) : MARKS[progress]}>{WORDS[progress]}</State>{' '}
          {ms !== null && <Duration ms={ms} />}
        </>
      )}
      {/* One is not worth a word. */}
      {attempts > 1 && <span class="quiet"> (attempt {attempts})</span>}
      {nextAttempt !== null && (
        <>
          , due <Ago at={nextAttempt} />
        </>
      )}
      {progress !== 'done' && <Why summary={hasFailed ? meaning : 'why'} detail={detail} />}
    </>
  );
}

export function Done({ ms }: { ms: number | null }) {
  return (
    <State is="done">
      <span class="hidden">done </span>
      {ms !== null && <Duration ms={ms} />}
    </State>
  );
}

function Later() {
  return (
    <span class="quiet">
      <span aria-hidden="true">·</span>
      <span class="hidden">not yet</span>
    </span>
  );
}

function Why({ summary, detail }: { summary: string | null; detail: string | null }) {
  if (detail === null) return summary === 'why' ? null : <p>{summary}</p>;
  return (
    <details>
      <summary>{summary}</summary>
      {detail}
    </details>
  );
}
