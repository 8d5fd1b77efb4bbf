import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { kcatPath } from '../tools.js';

/** The codecs of Kafka's message format, in the order of their numbers there. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type Codec = (typeof CODECS)[number];

export interface KcatProduce {
  brokers: string[];
  topic: string;
  codec: Codec;
  /** One message a line, without the newline; or `file`, with one message a line. */
  messages: { lines: string[] } | { file: string };
}

/**
 * Produces with kcat, which uses librdkafka, and waits until the broker has confirmed every message.
 * librdkafka sends a batch uncompressed if its codec would make it larger.
 */
export async function kcatProduce({ brokers, topic, codec, messages }: KcatProduce): Promise<void> {
  const settings = ['-X', 'message.max.bytes=10485760', '-X', 'topic.metadata.propagation.max.ms=1000'];
  const args = ['-P', '-b', brokers.join(','), '-t', topic, '-z', codec, ...settings];
  if ('file' in messages) args.push('-l', messages.file);
  const child = spawn(kcatPath(), args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const printed = text(child.stderr);
  let pipe: Error | undefined;
  child.stdin.once('error', (error) => {
    pipe = error;
  });
  child.stdin.end('lines' in messages ? messages.lines.map((line) => `${line}\n`).join('') : '');
  const code = await exited;
  // kcat may refuse before it has read everything; then its own message says more than the broken pipe.
  if (code !== 0) throw new Error(`kcat could not produce to ${topic} (exit code ${code}): ${await printed}`);
  if (pipe) throw new Error(`kcat did not read all messages for ${topic}`, { cause: pipe });
}
