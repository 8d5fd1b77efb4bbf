import { InvalidArgumentError } from 'commander';

/** Reads a whole number from an option. */
export function wholeNumber(least: number, most: number): (given: string) => number {
  return (given) => {
    if (/^[0-9]{1,15}$/.test(given) && Number(given) >= least && Number(given) <= most) return Number(given);
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

/** Reads a number above 0 from an option. */
export function positiveNumber(given: string): number {
  if (/^[0-9]*\.?[0-9]+$/.test(given) && Number(given) > 0) return Number(given);
  throw new InvalidArgumentError('Write a number above 0.');
}
