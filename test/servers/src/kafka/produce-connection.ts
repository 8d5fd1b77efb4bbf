import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Produce, in the oldest version that Kafka takes zstd in. */
const [PRODUCE, VERSION] = [0, 7];
const LEADER_HAS_IT = 1;
const TIMEOUT_MS = 30_000;

/** A connection to the one broker of a test cluster that takes record batches as they are. */
export class ProduceConnection {
  readonly #socket: Socket;
  readonly #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('close', () => this.#fail(new Error('the broker has closed the connection')));
  }

  static async open(port: number, host = '127.0.0.1'): Promise<ProduceConnection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new ProduceConnection(socket);
  }

  /** Settles once the broker has the batch; until then its bytes must stay as they are. @throws if Kafka refuses it */
  send(topic: string, partition: number, batch: Buffer): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    this.#socket.cork();
    this.#socket.write(requestHead(topic, partition, batch.length));
    this.#socket.write(batch);
    this.#socket.uncork();
    return answered;
  }

  async close(): Promise<void> {
    this.#socket.end();
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  /** Answers come in the order of the requests. */
  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const code = errorCodeOf(this.#received.subarray(0, end));
      this.#received = this.#received.subarray(end);
      const request = this.#waiting.shift();
      if (code === 0) request?.resolve();
      else request?.reject(new Error(`Kafka refused a batch with its error ${code}`));
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** The part of a Produce request before the record batch. */
function requestHead(topic: string, partition: number, batchBytes: number): Buffer {
  const client = Buffer.from('load');
  const name = Buffer.from(topic);
  const head = Buffer.alloc(4 + 8 + 2 + client.length + 2 + 2 + 4 + 4 + 2 + name.length + 4 + 4 + 4);
  let at = 0;
  const int16 = (value: number) => {
    at = head.writeInt16BE(value, at);
  };
  const int32 = (value: number) => {
    at = head.writeInt32BE(value, at);
  };
  const text = (value: Buffer) => {
    int16(value.length);
    at += value.copy(head, at);
  };
  int32(head.length - 4 + batchBytes);
  int16(PRODUCE);
  int16(VERSION);
  int32(0); // The answers are told apart by their order.
  text(client);
  int16(-1); // No transaction.
  int16(LEADER_HAS_IT);
  int32(TIMEOUT_MS);
  int32(1);
  text(name);
  int32(1);
  int32(partition);
  int32(batchBytes);
  return head;
}

/** Size, number of the request, one topic with its name, one partition with its number, and then the code. */
function errorCodeOf(answer: Buffer): number {
  const afterName = 4 + 4 + 4 + 2 + answer.readInt16BE(12);
  return answer.readInt16BE(afterName + 4 + 4);
}
