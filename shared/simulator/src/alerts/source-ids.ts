import { hashed } from '@lvra/core';
import type { Visit } from './survey.js';

/**
 * Rubin's packing of a diaSourceId: data release, observing day, exposure, detector and the source's count on the
 * detector, from the high bits to the low (found in real ids, from which each of these can be read). A diaObjectId is
 * the id of the object's first source.
 */
const RELEASE_SHIFT = 57n;
const DAY_SHIFT = 42n;
const SEQUENCE_SHIFT = 27n;
const DETECTOR_SHIFT = 19n;
const COUNTS = 2 ** 19;

/** MJD of 2010-01-01, from which the days are counted. */
const FIRST_DAY = 55197;

/** Science detectors of the camera. */
const DETECTORS = 189;

/**
 * The detector on which an object falls in a visit. Two objects whose counts are equal never share a
 * detector, so ids are unique for 99 million objects.
 *
 * @param serial the object's number in the simulation, from 0
 */
export function detectorOf(seed: number, serial: number, visit: Visit): number {
  const count = serial % COUNTS;
  const first = Math.floor(DETECTORS * hashed(seed, count, visit.night * 1024 + visit.sequence));
  return (first + Math.floor(serial / COUNTS)) % DETECTORS;
}

/** The id of an object's source on a visit, exact. */
export function sourceId(release: number, serial: number, visit: Visit, detector: number): bigint {
  // An odd factor permutes the counts, so that neighbours in the stream are not neighbours on the detector.
  const count = Math.imul(serial % COUNTS, 0x2c1b5) & (COUNTS - 1);
  return (
    (BigInt(release) << RELEASE_SHIFT) |
    (BigInt(visit.night - FIRST_DAY) << DAY_SHIFT) |
    (BigInt(visit.sequence) << SEQUENCE_SHIFT) |
    (BigInt(detector) << DETECTOR_SHIFT) |
    BigInt(count)
  );
}
