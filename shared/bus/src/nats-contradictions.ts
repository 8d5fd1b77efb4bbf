import { DiscardPolicy, type StreamConfig } from 'nats';

/** Announcements that a stream should have room for: those of a night with a stem a second, of four stages. */
const LEAST_MESSAGES = 100_000;
/** More than any announcement has. */
const LEAST_MESSAGE_BYTES = 4_096;
/** Shorter, and a message is gone before a stage that is behind takes it. */
const LEAST_AGE_MS = 3_600_000;
const NANOSECONDS_PER_MS = 1_000_000;

/**
 * What an operator has set for a stream that keeps announcements from the stages. It is left as it is: no work is lost,
 * the stages find it two seconds later by the sweep.
 *
 * @returns a sentence each, with what to do
 */
export function contradictionsIn(config: StreamConfig): string[] {
  const { name, max_msgs, max_bytes, max_msg_size, max_age } = config;
  const isLimited = max_msgs > 0 || max_bytes > 0;
  const found: [boolean, string, string][] = [
    [
      config.discard === DiscardPolicy.New && isLimited,
      'discard: new with a limit, so that it takes nothing once it is full',
      'set discard: old',
    ],
    [
      config.discard_new_per_subject === true,
      'discard_new_per_subject, so that a stem is not announced again',
      'set it to false',
    ],
    [
      max_msgs > 0 && max_msgs < LEAST_MESSAGES,
      `max_msgs: ${max_msgs}, too few for a night`,
      `set ${LEAST_MESSAGES} or -1`,
    ],
    [
      max_msg_size > 0 && max_msg_size < LEAST_MESSAGE_BYTES,
      `max_msg_size: ${max_msg_size}, too little for an announcement`,
      `set ${LEAST_MESSAGE_BYTES} or -1`,
    ],
    [
      max_age > 0 && max_age < LEAST_AGE_MS * NANOSECONDS_PER_MS,
      `max_age: ${max_age / NANOSECONDS_PER_MS / 1_000} s, so that messages go before a stage that is behind takes them`,
      'set an hour or more',
    ],
    [
      config.subject_transform !== undefined && config.subject_transform.dest !== '',
      'a subject_transform, so that no stage finds its subjects',
      'take it out',
    ],
    [config.no_ack === true, 'no_ack, so that every announcement seems to fail', 'set it to false'],
    [config.sealed === true, 'sealed, so that it takes nothing', 'remove the stream; it is made anew'],
  ];
  return found
    .filter(([is]) => is)
    .map(
      ([, what, advice]) => `the stream ${name} at NATS has ${what}: ${advice}, or stages work up to two seconds later`,
    );
}
