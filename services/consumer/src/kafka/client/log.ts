import type { Logger } from '@lvra/telemetry';
import { type logCreator, logLevel } from 'kafkajs';

/**
 * Sends kafkajs's log to ours. It logs every attempt as an error; the source reports the outcome, so here they are
 * warnings, and the rest is for debugging.
 */
export function kafkaLog(log: Logger): logCreator {
  return () =>
    ({ namespace, level, log: { message, timestamp: _, ...details } }) => {
      const line = `kafkajs ${namespace}: ${message}`;
      if (level === logLevel.ERROR || level === logLevel.WARN) log.warn(details, line);
      else log.debug(details, line);
    };
}
