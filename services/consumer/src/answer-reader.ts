const LENGTH_BYTES = 4;
/** Holds the beginnings of answers, and short ones whole. */
const HEAD_BYTES = 64 * 1024;
/** Kafka's answers are far below this: a fetch of ours asks for some MiB, and one message may be larger. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/** What came over a connection to Kafka is no answer of Kafka's. */
export class InvalidKafkaFrame extends Error {
  override readonly name = 'InvalidKafkaFrame';
  constructor(length: number) {
    super(`an answer claims to have ${length} bytes: what listens there is no Kafka, or wants TLS`);
  }
}

/**
 * Cuts what comes over one connection into Kafka's answers, each of which begins with its length (an int32).
 *
 * The socket reads straight to where the bytes belong: an answer of some MiB is neither copied nor put together from
 * pieces that V8's collector must find afterwards.
 */
export class FrameReader {
  readonly #onAnswer: (answer: Buffer) => void;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  /** How much of the head is filled with what belongs to no answer yet. */
  #held = 0;
  #answer: Buffer | undefined;
  /** How much of the answer is there. */
  #filled = 0;

  /** @param onAnswer is given each answer in full, its length in front, in memory of its own */
  constructor(onAnswer: (answer: Buffer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Where the next bytes are to be read to; never empty. */
  space(): Buffer {
    return this.#answer ? this.#answer.subarray(this.#filled) : this.#head.subarray(this.#held);
  }

  /**
   * So many bytes were read to the last `space()`.
   *
   * @throws InvalidKafkaFrame where a length cannot be right
   */
  took(bytes: number): void {
    if (!this.#answer) {
      this.#held += bytes;
      this.#fromHead();
      return;
    }
    this.#filled += bytes;
    if (this.#filled < this.#answer.length) return;
    const whole = this.#answer;
    this.#answer = undefined;
    this.#onAnswer(whole);
  }

  #fromHead(): void {
    const head = this.#head;
    let at = 0;
    while (this.#held - at >= LENGTH_BYTES) {
      const length = head.readInt32BE(at);
      if (length < 0 || length > LARGEST_ANSWER) throw new InvalidKafkaFrame(length);
      const answer = Buffer.allocUnsafe(LENGTH_BYTES + length);
      const copied = head.copy(answer, 0, at, this.#held);
      at += copied;
      if (copied === answer.length) this.#onAnswer(answer);
      else {
        this.#answer = answer;
        this.#filled = copied;
      }
    }
    head.copyWithin(0, at, this.#held);
    this.#held -= at;
  }
}
