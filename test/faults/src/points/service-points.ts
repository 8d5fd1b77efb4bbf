import type { ServiceName } from '@lvra/test-servers/service';

const bothSides = (...whats: string[]) => whats.flatMap((what) => [`before ${what}`, `after ${what}`]);
const fileOf = (kind: string) => bothSides(`write ${kind}`, `fsync ${kind}`, `rename ${kind}`, `fsync ${kind} folder`);
const claim = bothSides('commit WorkQueue.claim');
const told = (kind: string) => bothSides(`publish ${kind}`, 'ack');

/** Every named point that a service passes in its work, in order. The kill cases check that there is no other. */
export const SERVICE_POINTS: Readonly<Record<ServiceName, readonly string[]>> = {
  consumer: [
    ...bothSides('commit BatchLedger.reserveStem'),
    ...fileOf('quarantine'),
    ...fileOf('batch'),
    ...bothSides('commit BatchLedger.register', 'commit offsets', 'publish alerts'),
  ],
  feature: [...claim, ...fileOf('features'), ...bothSides('commit ResultLedger.recordFeatures'), ...told('features')],
  predict: [...claim, ...bothSides('commit ResultLedger.recordScores'), ...told('scores')],
  annotate: [
    ...claim,
    ...bothSides('commit Reservations.reserve', 'HTTP call', 'commit Reservations.finish'),
    ...bothSides('commit AnnotationLedger.settle'),
    ...told('annotated'),
  ],
};

/** Points that are passed at a start, after a failure, or now and then; no case waits for them. */
export const OTHER_POINTS: readonly string[] = bothSides(
  ...[
    'Ledger.open',
    'AnnotationLedger.reopenPartialPythonStems',
    'AnnotationLedger.settleAll',
    'WorkQueue.releaseClaimsOf',
    'WorkQueue.renew',
    'WorkQueue.release',
    'WorkQueue.fail',
  ].map((name) => `commit ${name}`),
  ...[
    'BatchLedger.abandonStem',
    'BatchLedger.recordCleared',
    'KafkaPositions.recordEmpty',
    'KafkaPositions.turn',
    'KafkaPositions.recordMark',
    'KafkaPositions.adopt',
    'WorkQueue.pause',
    'WorkQueue.setStatusOfPending',
  ].map((name) => `commit ${name}`),
  'publish dead',
);
