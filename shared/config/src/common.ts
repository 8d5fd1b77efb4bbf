import { CONSOLE_SETTINGS } from './servers/console.js';
import { KAFKA_SETTINGS } from './servers/kafka.js';
import { LEDGER_SETTINGS } from './servers/ledger.js';
import { NATS_SETTINGS } from './servers/nats.js';
import { decimal, list, oneOf, plainServers, text, webAddress, wholeNumber, yesNo } from './values.js';

const GIBIBYTE = 1024 ** 3;

/** The consumer's sources of alerts. */
export const SOURCES = ['kafka', 'replay', 'simulate', 'none'] as const;

export type SourceName = (typeof SOURCES)[number];

/**
 * The settings that all stages share. What each means, and why its default is what it is, stands beside it in
 * `deploy/settings/settings.yaml`; a test holds the defaults of the two together.
 */
export const COMMON_SETTINGS = {
  kafkaServer: plainServers('lasair-lsst-kafka_pub.lsst.ac.uk:9092').optional(),
  myTopic: list('the name of a topic, or a list of them', isTopic).optional(),
  groupId: text('the name of a Kafka group', 255).optional(),
  ...KAFKA_SETTINGS,
  baseDir: text('the folder of the data').optional(),
  endpoint: webAddress('https://lasair.lsst.ac.uk/api').optional(),
  vras: list('the file of a VRA, or a list of them', () => true).optional(),

  source: oneOf(SOURCES).default('kafka'),
  replayPath: text('the path of an NDJSON or batch file, or of a folder of them').optional(),
  simulateCount: wholeNumber(1, 1_000_000_000).optional(),
  simulateRate: decimal(0.001, 100_000).optional(),
  simulateSeed: wholeNumber(0, 4_294_967_295).default(1),
  batchAlerts: wholeNumber(1, 100_000).default(1_000),
  batchBytes: wholeNumber(1_024, GIBIBYTE).default(64 * 1024 ** 2),
  batchSeconds: decimal(0.1, 3_600).default(2.4),
  maxMessageBytes: wholeNumber(1_024, GIBIBYTE).default(10 * 1024 ** 2),
  /** What one batch of Kafka may hold, unpacked. */
  maxUnpackedBytes: wholeNumber(1_024, GIBIBYTE).default(128 * 1024 ** 2),
  maxBatchRecords: wholeNumber(1, 10_000_000).default(100_000),
  leastFreeBytes: wholeNumber(0, 1_024 * GIBIBYTE).default(2 * GIBIBYTE),

  ...LEDGER_SETTINGS,

  ...NATS_SETTINGS,

  predictProvider: oneOf(['cpu', 'cuda']).default('cpu'),

  annotateListSize: wholeNumber(1, 10_000).default(400),
  annotateListSmallest: wholeNumber(1, 10_000).default(10),
  annotateListLargest: wholeNumber(1, 10_000).default(1_000),
  annotateCallsPerHour: wholeNumber(1, 1_000_000).default(4_500),
  annotateSlowSeconds: decimal(0.1, 60).default(5),
  dryRun: yesNo().default(false),

  ...CONSOLE_SETTINGS,
  otlpEndpoint: webAddress('http://127.0.0.1:4318').optional(),

  healthHost: text('the address to listen on, such as 127.0.0.1').default('127.0.0.1'),
  healthPort: wholeNumber(0, 65_535).optional(),
  replicasExpected: wholeNumber(1, 1_000).default(1),
  logLevel: oneOf(['debug', 'info', 'warn', 'error']).default('info'),
};

/** Kafka allows letters, digits, dot, underscore and hyphen, 249 of them at most. */
function isTopic(name: string): boolean {
  return /^[A-Za-z0-9._-]{1,249}$/.test(name);
}
