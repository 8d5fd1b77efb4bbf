import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { HttpClient, NoAnswer } from './http-client.js';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that answers each request with these bytes, and the client of it. */
async function speaking(
  context: TestContext,
  answer: (socket: Socket) => void,
): Promise<{ url: string; client: HttpClient; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (data.toString().endsWith('{}')) answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const client = new HttpClient({ address: url, connections: 1, largestAnswerBytes: 1000 });
  context.after(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url, client, sockets };
}

const noAnswer = (neverSent: boolean, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof NoAnswer, String(error));
  assert.equal(error.neverSent, neverSent);
  assert.match(error.message, words);
  return true;
};

describe('a call', () => {
  for (const [name, before] of [
    ['a 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a 102 Processing', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['a 103 with headers', 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n'],
    ['several of them', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n'],
  ] as const) {
    test(`takes the answer after ${name} that it did not ask for, again and again on one connection`, async (context) => {
      const { url, client, sockets } = await speaking(context, (socket) => {
        socket.write(before);
        setTimeout(() => socket.write(ANSWER), 5);
      });
      for (let call = 0; call < 3; call++) {
        const { status, body } = await client.post(url, {}, '{}', 5_000);
        assert.deepEqual([status, body], [200, 'ok']);
      }
      assert.equal(sockets.size, 1);
    });
  }

  test('of which no connection comes was never sent', async (context) => {
    const { url } = await speaking(context, () => {});
    const closed = new HttpClient({ address: 'http://127.0.0.1:1/', connections: 1, largestAnswerBytes: 1000 });
    await assert.rejects(closed.post('http://127.0.0.1:1/', {}, '{}', 5_000), noAnswer(true, /ECONNREFUSED/));
    const unnamed = new HttpClient({ address: 'http://no.invalid/', connections: 1, largestAnswerBytes: 1000 });
    await assert.rejects(unnamed.post('http://no.invalid/', {}, '{}', 5_000), noAnswer(true, /ENOTFOUND|EAI_AGAIN/));
    const secure = url.replace('http:', 'https:');
    const greeted = new HttpClient({ address: secure, connections: 1, largestAnswerBytes: 1000 });
    await assert.rejects(greeted.post(secure, {}, '{}', 300), noAnswer(true, /no answer within 300 ms/));
  });

  test('without an answer in time, cut, reset or endless may have been taken', async (context) => {
    const ways: [RegExp, (socket: Socket) => void][] = [
      [/no answer within 200 ms/, () => {}],
      [/no answer within 200 ms/, (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no')],
      [/aborted|hang up/, (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no')],
      [/ECONNRESET|hang up/, (socket) => socket.resetAndDestroy()],
      [/more than 1000 bytes/, (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2000)}`)],
      [/Parse Error/, (socket) => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n')],
    ];
    for (const [words, answer] of ways) {
      const { url, client } = await speaking(context, answer);
      await assert.rejects(client.post(url, {}, '{}', 200), noAnswer(false, words));
    }
  });

  test('is given up when the program stops', async (context) => {
    const { url, client } = await speaking(context, () => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(client.post(url, {}, '{}', 5_000, stop.signal), noAnswer(false, /stopping/));
    await assert.rejects(client.post(url, {}, '{}', 5_000, stop.signal), noAnswer(true, /stopping/));
  });
});
