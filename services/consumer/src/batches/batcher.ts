import { type AlertFormat, jsonFormat } from '../formats/format.js';
import type { AlertSink, RawMessage } from '../sources/source.js';
import { type ClassifiedMessage, classify, isGood } from './classify.js';

/** When a batch closes, and how large an alert may be. */
export interface BatchLimits {
  /** Messages in a batch, bad ones included. */
  readonly alerts: number;
  /** Bytes after which a batch takes no more. */
  readonly bytes: number;
  /** Time after its first message. */
  readonly ageMs: number;
  /** Bytes of one message; a larger one goes to quarantine. */
  readonly messageBytes: number;
}

/**
 * Collects messages into batches and has them written, one at a time. While one is written the next fills; when that is
 * full too the source waits. So at most two batches are in memory.
 */
export class Batcher implements AlertSink {
  readonly #limits: BatchLimits;
  readonly #format: AlertFormat;
  readonly #write: (batch: readonly ClassifiedMessage[]) => Promise<void>;
  #open: ClassifiedMessage[] = [];
  #bytes = 0;
  /** The open batch is full, or old enough. */
  #due = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  /** @param write registers a batch; it never rejects */
  constructor(
    limits: BatchLimits,
    write: (batch: readonly ClassifiedMessage[]) => Promise<void>,
    format: AlertFormat = jsonFormat,
  ) {
    this.#limits = limits;
    this.#format = format;
    this.#write = write;
  }

  add(message: RawMessage): Promise<void> | undefined {
    const received = classify(message, this.#format, this.#limits.messageBytes);
    if (this.#open.length === 0) this.#timer = setTimeout(() => void this.#close(), this.#limits.ageMs);
    this.#open.push(received);
    this.#bytes += bytesHeld(received);
    if (this.#open.length < this.#limits.alerts && this.#bytes < this.#limits.bytes) return undefined;
    return this.#close();
  }

  async flush(): Promise<void> {
    const behindAnother = this.#writing !== undefined && this.#open.length > 0;
    if (this.#open.length > 0) void this.#close();
    await this.#writing;
    if (behindAnother) await this.#writing;
  }

  /** @returns a promise if the batch must wait for the one before it */
  #close(): Promise<void> | undefined {
    this.#due = true;
    clearTimeout(this.#timer);
    if (this.#writing !== undefined) return this.#writing;
    this.#begin();
    return undefined;
  }

  #begin(): void {
    this.#writing = this.#write(this.#takeOpen()).then(() => {
      this.#writing = undefined;
      if (this.#due) this.#begin();
    });
  }

  #takeOpen(): ClassifiedMessage[] {
    clearTimeout(this.#timer);
    const batch = this.#open;
    this.#open = [];
    this.#bytes = 0;
    this.#due = false;
    return batch;
  }
}

/** A decoded alert is held beside its message and key. */
function bytesHeld(received: ClassifiedMessage): number {
  const { bytes, origin } = received.message;
  const decoded = isGood(received) && received.alert.bytes !== bytes ? received.alert.bytes.length : 0;
  return bytes.length + decoded + (origin?.key?.length ?? 0);
}
