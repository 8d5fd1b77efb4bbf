import type { Logger } from '@lvra/shared/observe/log';
import { type logCreator, logLevel } from 'kafkajs';

/**
 * Sends kafkajs's log to ours. It reports every single attempt as an error; what comes of them in the end is
 * said by the source, so here they are warnings, and its chatter is for debugging.
 */
export function kafkaLog(log: Logger): logCreator {
  return () =>
    ({ namespace, level, log: { message, timestamp: _, ...details } }) => {
      const line = `kafkajs ${namespace}: ${message}`;
      if (level === logLevel.ERROR || level === logLevel.WARN) log.warn(details, line);
      else log.debug(details, line);
    };
}
