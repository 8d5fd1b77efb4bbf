import { LedgerNotReady } from '../errors.js';

/** What a ledger says that was moved, or is not all there yet. @param moved as `data_folder` has it */
export function movedError(name: string, moved: string): LedgerNotReady {
  const [direction, ...where] = moved.split(' ');
  if (direction === 'to') {
    const to = where.join(' ');
    const setting = to.startsWith('postgres:') ? 'that' : 'nothing';
    return new LedgerNotReady(
      `the ledger ${name} was moved to ${to}, and is not used any more: set ledger to ${setting} in the settings`,
    );
  }
  return new LedgerNotReady(
    `the ledger ${name} is not all there yet: it is being moved from ${where.join(' ')}; run \`lvra ledger move\` again, ` +
      'which goes on where it was',
  );
}
