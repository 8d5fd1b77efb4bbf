import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { FrameReader, InvalidKafkaFrame } from './frame-reader.js';
import { KafkaSockets } from './sockets.js';

/** A response whose bytes show their position. */
function answer(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(4 + length);
  bytes.writeInt32BE(length);
  for (let i = 0; i < length; i++) bytes[4 + i] = (i * 31 + seed) & 0xff;
  return bytes;
}

/** Reads a stream that comes in pieces of these sizes, repeated. */
function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const answers: Buffer[] = [];
  const reader = new FrameReader((whole) => answers.push(whole));
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const space = reader.space();
    assert.ok(space.length > 0, 'there must be space to read to');
    const read = stream.copy(space, 0, at, at + Math.min(sizes[turn % sizes.length] as number, space.length));
    at += read;
    reader.took(read);
  }
  return answers;
}

const LENGTHS = [0, 1, 9, 0, 65_531, 65_532, 65_533, 40_000, 300_000, 3, 140_000, 12];

describe('what comes over a connection to Kafka', () => {
  for (const sizes of [[1], [3], [4], [7, 1, 65_536], [65_535], [65_536], [65_537, 2], [1_000_000], [5, 200_000]]) {
    test(`is split into its responses if it comes in pieces of ${sizes.join(' and ')} bytes`, () => {
      const answers = LENGTHS.map(answer);
      const found = cut(Buffer.concat(answers), sizes);
      assert.deepEqual(
        found.map(({ length }) => length - 4),
        LENGTHS,
      );
      for (const [index, bytes] of found.entries())
        assert.ok(bytes.equals(answers[index] as Buffer), `answer ${index}`);
    });
  }

  test('is given on before the next answer is there, and a later one does not write over it', () => {
    const answers: Buffer[] = [];
    const reader = new FrameReader((whole) => answers.push(whole));
    for (const each of [answer(100_000, 1), answer(10, 2), answer(100_000, 3)]) {
      for (let at = 0; at < each.length; ) {
        const read = each.copy(reader.space(), 0, at);
        at += read;
        reader.took(read);
      }
      assert.ok(answers.at(-1)?.equals(each));
    }
    assert.ok(answers[0]?.equals(answer(100_000, 1)));
  });

  for (const [what, head] of [
    ['a web server’s page', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['an alert of TLS', Buffer.from([0x15, 3, 3, 0, 2, 2, 10])],
    ['a length below nothing', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ] as const) {
    test(`is refused if it is ${what}`, () => {
      assert.throws(() => cut(head, [head.length]), InvalidKafkaFrame);
    });
  }
});

describe('a connection', () => {
  test('gives each response as one piece, and ends when its peer ends', async () => {
    const answers = LENGTHS.map(answer);
    const server = createServer((peer) => peer.end(Buffer.concat(answers))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const found: Buffer[] = [];
    const socket = openTo(server.address() as AddressInfo);
    socket.on('data', (data: Buffer) => found.push(data));
    await once(socket, 'end');
    socket.destroy();
    server.close();
    assert.deepEqual(found, answers);
  });

  test('to something that is not Kafka fails at once with an error that says it', async () => {
    const server = createServer((peer) => peer.write('HTTP/1.1 400 Bad Request\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = openTo(server.address() as AddressInfo);
    socket.on('data', () => assert.fail('there is no answer'));
    const [error] = await once(socket, 'error');
    server.close();
    assert.match(String(error), /is not Kafka/);
  });
});

test('kafkajs takes an answer that came in one piece without a copy', () => {
  const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection');
  const payloads: Buffer[] = [];
  const connection = Object.assign(Object.create(Connection.prototype), {
    ...{ chunks: [], bytesBuffered: 0, bytesNeeded: 4 },
    requestQueue: { fulfillRequest: ({ payload }: { payload: Buffer }) => payloads.push(payload) },
  });
  const answers = [answer(50_000, 1), answer(60_000, 2), answer(70_000, 3)];
  // The second comes in pieces, as over TLS.
  const [first, second, third] = answers as [Buffer, Buffer, Buffer];
  for (const data of [first, second.subarray(0, 16_000), second.subarray(16_000), third]) connection.processData(data);
  assert.deepEqual(
    payloads.map((payload) => payload.equals((answers[payloads.indexOf(payload)] as Buffer).subarray(8))),
    [true, true, true],
  );
  assert.equal(payloads[0]?.buffer, first.buffer);
  assert.equal(payloads[2]?.buffer, third.buffer);
});

function openTo({ port }: AddressInfo) {
  const onConnect = () => undefined;
  return new KafkaSockets().factory({ host: '127.0.0.1', port, ssl: undefined as never, onConnect });
}
