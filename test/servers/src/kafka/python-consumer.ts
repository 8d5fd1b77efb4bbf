import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaPython } from '../tools.js';

/** A poll of the team's Python pipeline: librdkafka with its defaults, so offsets are committed by themselves. */
export interface PythonPoll {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly groupId: string;
  /** It ends after `count` messages, or if none has come for `quietMs`. */
  readonly most: number;
  readonly quietMs?: number;
  /**
   * Whether it leaves the group when it ends. The pipeline's own never does: its session is left to run out, 45 s by
   * default.
   */
  readonly leaves: boolean;
  readonly sessionMs?: number;
}

const SCRIPT = `
import json, os, sys, time
from confluent_kafka import Consumer

wanted = json.loads(sys.argv[1])
consumer = Consumer({
    'bootstrap.servers': ','.join(wanted['brokers']),
    'group.id': wanted['groupId'],
    'auto.offset.reset': 'smallest',
    'auto.commit.interval.ms': 200,
    'session.timeout.ms': wanted['sessionMs'],
})
consumer.subscribe([wanted['topic']])
values, waited, began = [], time.monotonic(), False
while len(values) < wanted['most']:
    message = consumer.poll(0.1)
    if message is not None and not message.error():
        values.append(message.value().decode())
        waited = time.monotonic()
    if not began and consumer.assignment():
        began, waited = True, time.monotonic()
    if time.monotonic() - waited > (wanted['quietMs'] / 1000 if began else 60):
        break
if wanted['leaves']:
    consumer.close()
else:
    time.sleep(1)
json.dump(values, sys.stdout)
sys.stdout.flush()
os._exit(0)
`;

/** Polls once. @returns the messages that it took */
export async function pollWithPython({ quietMs = 2_000, sessionMs = 45_000, ...poll }: PythonPoll): Promise<string[]> {
  const words = ['-c', SCRIPT, JSON.stringify({ ...poll, quietMs, sessionMs })];
  const { stdout } = await promisify(execFile)(kafkaPython(), words, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as string[];
}
