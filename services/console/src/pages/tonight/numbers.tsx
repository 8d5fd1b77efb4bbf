import type { Child } from 'hono/jsx';
import { Ago } from '../../layout/ago.js';
import { Count, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { TonightData } from './answer.js';

type Vra = TonightData['vras'][number];

/** Alerts are late after a minute; from then on somebody looks. */
const LATE_MS = 60_000;

/** The numbers of 4 a.m. */
export function Numbers({ data }: { data: TonightData }) {
  const [only, ...others] = data.vras;
  return (
    <>
      <dl class="facts">
        <Fact name="the last alert" mark={data.lastAlertAt === null ? 'warn' : undefined}>
          {data.lastAlertAt === null ? 'none yet' : <Ago at={data.lastAlertAt} />}
        </Fact>
        {data.unread && (
          <Fact name="not read from Kafka yet">
            <Count of={data.unread.messages} />
          </Fact>
        )}
        <Fact name="alerts tonight">
          <Counted of={data.alerts} />
        </Fact>
        {only && others.length === 0 && <FactsOfVra of={only} />}
        <Fact name="in quarantine" mark={data.quarantined > 0 ? 'warn' : undefined}>
          <a href="/quarantine">
            <Count of={data.quarantined} />
          </a>
        </Fact>
        <Fact
          name={`calls to Lasair left of ${data.calls.perHour} an hour`}
          mark={data.calls.left === 0 ? 'warn' : undefined}
        >
          <Count of={data.calls.left} />
        </Fact>
      </dl>
      {others.length > 0 && <TableOfVras vras={data.vras} />}
    </>
  );
}

function Fact({ name, mark, children }: { name: string; mark?: 'warn' | 'bad' | undefined; children: Child }) {
  return (
    <div class={mark}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A number that only our own consumer leads to. */
function Counted({ of }: { of: number | null }) {
  return of === null ? (
    <Unknown why="the Python pipeline brings the alerts, and does not count them" />
  ) : (
    <Count of={of} />
  );
}

function FactsOfVra({ of }: { of: Vra }) {
  const { failed, dead, waiting } = sumsOf(of);
  return (
    <>
      <Fact name="of them scored">
        <Counted of={of.scored} />
      </Fact>
      <Fact name="at Lasair tonight">
        <Counted of={of.taken} />
      </Fact>
      <Fact name="the oldest alert not annotated" mark={isLate(of) ? 'warn' : undefined}>
        <OldestWaiting of={of} />
      </Fact>
      <Fact name="late now" mark={(of.late ?? 0) > 0 ? 'warn' : undefined}>
        <Counted of={of.late} />
      </Fact>
      <Fact name="stems waiting">
        <Count of={waiting} />
      </Fact>
      <Fact name="stems failed" mark={failed > 0 ? 'warn' : undefined}>
        <StemsThat are="failed" vra={of.vra} count={failed} />
      </Fact>
      <Fact name="stems given up" mark={dead > 0 ? 'bad' : undefined}>
        <StemsThat are="dead" vra={of.vra} count={dead} />
      </Fact>
    </>
  );
}

function TableOfVras({ vras }: { vras: readonly Vra[] }) {
  const head = [
    'scored tonight',
    'at Lasair tonight',
    'late of them',
    'oldest not annotated',
    'late now',
    'waiting',
    'failed',
    'given up',
  ];
  return (
    <Wide label="Tonight by VRA">
      <table>
        <caption>Tonight by VRA: alerts, and stems that wait, failed or were given up</caption>
        <TableHead of={['VRA', ...head.map((name) => [name, 'number'] as const)]} />
        <tbody>
          {vras.map((of) => {
            const { failed, dead, waiting } = sumsOf(of);
            return (
              <tr>
                <th scope="row">{of.vra}</th>
                <Cell of={of.scored} />
                <Cell of={of.taken} />
                <Cell of={of.takenLate} />
                <td class={isLate(of) ? 'number warn' : 'number'}>
                  <OldestWaiting of={of} />
                </td>
                <Cell of={of.late} mark="warn" />
                <Cell of={waiting} />
                <td class={failed > 0 ? 'number warn' : 'number'}>
                  <StemsThat are="failed" vra={of.vra} count={failed} />
                </td>
                <td class={dead > 0 ? 'number bad' : 'number'}>
                  <StemsThat are="dead" vra={of.vra} count={dead} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Wide>
  );
}

/** How many they are, and the way to them. */
function StemsThat({ are, vra, count }: { are: 'failed' | 'dead'; vra: string; count: number }) {
  if (count === 0) return <Count of={0} />;
  return (
    <a href={`/?${new URLSearchParams({ only: are, vra })}`}>
      <Count of={count} />
    </a>
  );
}

/** @param mark of any number but 0 */
function Cell({ of, mark }: { of: number | null; mark?: string }) {
  return (
    <td class={mark !== undefined && (of ?? 0) > 0 ? `number ${mark}` : 'number'}>
      <Counted of={of} />
    </td>
  );
}

function OldestWaiting({ of: { oldestWaiting } }: { of: Vra }) {
  return oldestWaiting === null ? <>none waits</> : <Ago at={oldestWaiting} />;
}

function isLate({ oldestWaiting }: Vra): boolean {
  return oldestWaiting !== null && Date.now() - Date.parse(oldestWaiting) > LATE_MS;
}

function sumsOf({ stages }: Vra): { waiting: number; failed: number; dead: number } {
  const sum = (count: (stage: Vra['stages'][number]) => number) =>
    stages.reduce((total, stage) => total + count(stage), 0);
  return {
    waiting: sum(({ waiting }) => waiting),
    failed: sum(({ failed }) => failed.reduce((total, { stems }) => total + stems, 0)),
    dead: sum(({ dead }) => dead),
  };
}
