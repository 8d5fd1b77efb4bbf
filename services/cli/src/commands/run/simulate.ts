import { AVRO_VERSIONS } from '@lvra/simulator';
import { Command, Option } from 'commander';
import { positiveNumber, wholeNumber } from '../../command-line/option-parsers.js';
import type { SimulateOptions } from '../../simulate/simulate.js';

const HELP = `
Makes alerts as a Lasair filter sends them: full, lite and plain forms, duplicates, missing \`alert\`, bare NaN, real
transients and bogus ones. The same seed gives the same alerts; those of two seeds share some diaSourceIds, so a data
folder takes the alerts of one seed.

Examples:
  lvra simulate --count 5000 --file alerts.ndjson
  lvra simulate --count 100000 --rate 50 --kafka localhost:9092 --topic lasair_18lvra-fodder --codec gzip
  lvra simulate --format avro --schema 11.0 --schemas alert_packet/schema --kafka localhost:9092 --topic lsst-alerts-v11

To send them through the pipeline without Kafka: lvra run --source simulate`;

const VERSIONS = AVRO_VERSIONS.map(({ major, minor }) => `${major}.${minor}`);

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('make simulated alerts, into a file or into Kafka')
    .option('--count <number>', 'how many', wholeNumber(1, 1_000_000_000), 1_000)
    .option('--rate <number>', 'how many a second; as fast as possible by default', positiveNumber)
    .option('--seed <number>', 'the number from which they all follow', wholeNumber(0, 4_294_967_295), 1)
    .addOption(new Option('--forms <forms>', 'full: every alert complete').choices(['mixed', 'full']).default('mixed'))
    .option('--file <path>', 'write them to this file, one a line')
    .option('--kafka <servers>', 'send them to this broker, host:port')
    .option('--topic <name>', 'the topic to send them to')
    .addOption(new Option('--codec <codec>', 'compress in Kafka').choices(['none', 'gzip']).default('none'))
    .addOption(
      new Option('--format <format>', 'json as Lasair, avro as Rubin').choices(['json', 'avro']).default('json'),
    )
    .addOption(new Option('--schema <version>', 'for avro').choices([...VERSIONS, 'mixed']).default('mixed'))
    .option('--schemas <folder>', 'for avro: the schemas, MAJOR/MINOR/*.avsc as github lsst/alert_packet has them')
    .option('--save-schemas <folder>', 'for avro: write the schemas of these alerts there, for the consumer')
    .option('--cutouts', 'for avro: with images, 138 kB an alert', false)
    .addHelpText('after', HELP)
    .action(async (options: SimulateOptions) => (await import('../../simulate/simulate.js')).simulate(options));
}
