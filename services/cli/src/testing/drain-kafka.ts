import { loadSettings } from '@lvra/config';
import { EmbeddedPipeline } from '../run/embedded-pipeline.js';

/** What `lvra run --once` does with Kafka, in this process and with less than its 20 s of waiting at the end. */
export async function drainKafka(environment: Readonly<Record<string, string>>, quietMs: number): Promise<string[]> {
  const embedded = await EmbeddedPipeline.open(loadSettings({ environment }), 'test');
  try {
    return await embedded.drain(new AbortController().signal, quietMs);
  } finally {
    await embedded.close();
  }
}
