import { pausedInWords } from '@lvra/operations';
import { ActionLink } from '../../layout/action-link.js';
import { Ago } from '../../layout/ago.js';
import type { PageContext } from '../../layout/context.js';
import { Count, StemLink } from '../../layout/parts.js';
import type { TonightData } from './answer.js';

interface OfStage {
  readonly stage: Stage;
  readonly context: PageContext;
}

type Stage = TonightData['vras'][number]['stages'][number] & { readonly vra: string };

/** What somebody should do something about; nothing where there is nothing. */
export function Alarms({ data, context }: { data: TonightData; context: PageContext }) {
  const stages = data.vras.flatMap(({ vra, stages }) => stages.map((stage) => ({ ...stage, vra })));
  const { calls } = data;
  return (
    <>
      {stages.map((stage) => (
        <Dead stage={stage} context={context} />
      ))}
      {stages.map((stage) => (
        <Paused stage={stage} context={context} />
      ))}
      {stages.map((stage) => (
        <Failed stage={stage} context={context} />
      ))}
      {calls.left === 0 && (
        <p class="message warn">
          <span aria-hidden="true">!</span> All {calls.perHour} calls of the hour to Lasair are used; the next one is
          free <Ago at={calls.nextAt} />.
        </p>
      )}
    </>
  );
}

function Paused({ stage: { stage, vra, pausedUntil, pausedBecause }, context }: OfStage) {
  if (pausedUntil === null) return null;
  const { what, todo } = pausedInWords({ stage, vra, pausedUntil, pausedBecause: pausedBecause ?? '' });
  return (
    <p class="message warn">
      <span aria-hidden="true">!</span> {what}
      <br />
      <span class="note">{todo}</span>{' '}
      <ActionLink context={context} name="resume" of={{ stage, vra }}>
        Let it continue
      </ActionLink>
    </p>
  );
}

function Failed({ stage: { stage, vra, failed }, context }: OfStage) {
  return (
    <>
      {failed.map(({ status, meaning, stems, oldest }) => (
        <p class="message warn">
          <span aria-hidden="true">✗</span> {stage} {vra}: <Count of={stems} /> {stems === 1 ? 'stem' : 'stems'} failed
          with {status}, {meaning}; the oldest is <StemLink stem={oldest} />{' '}
          <ActionLink context={context} name="retry-failed" of={{ stage, vra }}>
            Try them again
          </ActionLink>
        </p>
      ))}
    </>
  );
}

function Dead({ stage: { stage, vra, dead }, context }: OfStage) {
  if (dead === 0) return null;
  return (
    <p class="message bad">
      <span aria-hidden="true">✝</span> {stage} {vra} gave up on{' '}
      <a href={`/?only=dead&vra=${encodeURIComponent(vra)}`}>
        <Count of={dead} /> {dead === 1 ? 'stem' : 'stems'}
      </a>
      <br />
      <span class="note">Why: lvra dead. Once it is fixed: lvra retry</span>{' '}
      <ActionLink context={context} name="retry-failed" of={{ stage, vra }}>
        Try them again
      </ActionLink>
    </p>
  );
}
