const LENGTH_BYTES = 4;
/** Holds the beginnings of responses, and short ones whole. */
const HEAD_BYTES = 64 * 1024;
/** Far above any response: a fetch asks for some MiB, and one message may be larger. */
const LARGEST_ANSWER = 256 * 1024 * 1024;

/** What came over a connection is not a Kafka response. */
export class InvalidKafkaFrame extends Error {
  override readonly name = 'InvalidKafkaFrame';
  constructor(length: number) {
    super(`a response claims to have ${length} bytes: what listens there is not Kafka, or requires TLS`);
  }
}

/**
 * Splits what one connection receives into Kafka's responses, each of which begins with its length (an int32).
 *
 * The socket reads each response into its final buffer: one of some MiB is neither copied nor leaves garbage.
 */
export class FrameReader {
  readonly #onAnswer: (answer: Buffer) => void;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  /** Bytes in the head that belong to no response yet. */
  #held = 0;
  #answer: Buffer | undefined;
  /** Bytes of the response that have arrived. */
  #filled = 0;

  /** @param onAnswer is given each whole response, its length in front, in its own buffer */
  constructor(onAnswer: (answer: Buffer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Where the next bytes are to be read to; never empty. */
  space(): Buffer {
    return this.#answer ? this.#answer.subarray(this.#filled) : this.#head.subarray(this.#held);
  }

  /**
   * `bytes` were read into the last `space()`.
   *
   * @throws InvalidKafkaFrame if a length cannot be right
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
