import { instantOfStem, isPerson, parseId, UsageError } from '@lvra/core';
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

/** Reads a score from an option. */
export function score(given: string): number {
  if (/^[0-9]*\.?[0-9]+$/.test(given) && Number(given) <= 1) return Number(given);
  throw new InvalidArgumentError('Write a score from 0 to 1.');
}

/** Reads a night from an option. */
export function night(given: string): string {
  if (instantOfStem(`${given}_000000`)) return given;
  throw new InvalidArgumentError('Write a night as YYYYMMDD.');
}

/** Reads words with commas between from an option. */
export function listOf(given: string): string[] {
  const words = given.split(',').map((word) => word.trim());
  if (words.every((word) => word !== '')) return words;
  throw new InvalidArgumentError('Write words with commas between.');
}

/** Reads who says something from an option. */
export function person(given: string): string {
  if (isPerson(given)) return given;
  throw new InvalidArgumentError('Write 1 to 100 characters, none of them a control character.');
}

/** Reads an id. @param what it is, and how to write it */
export function idOf(given: string, what: string): bigint {
  const id = parseId(given);
  if (id === undefined) throw new UsageError(`${JSON.stringify(given)} is not ${what}`);
  return id;
}
