import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { FrameReader } from './frame-reader.js';
import './patch-connection.js';

const KEEP_ALIVE_MS = 60_000;

/**
 * Makes the connections of a Kafka client, so that they can be cut. kafkajs waits for responses before it disconnects,
 * and a frozen broker would keep the process alive for a minute.
 */
export class KafkaSockets {
  readonly #open = new Set<Socket>();
  #cut = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    // TLS does not allow an address as server name.
    const name = isIP(host) ? {} : { servername: host };
    const socket = ssl
      ? connectSecurely({ host, port, ...name, ...ssl }, onConnect)
      : connectPlainly(host, port, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.once('close', () => this.#open.delete(socket));
    this.#open.add(socket);
    if (this.#cut) cutOff(socket);
    return socket;
  };

  /** Cuts all connections, and all that are made later. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) cutOff(socket);
  }
}

/** A socket whose every 'data' is one whole response; TLS decrypts in pieces of 16 kB, which kafkajs joins. */
function connectPlainly(host: string, port: number, onConnect: () => void): Socket {
  const answers = new FrameReader((answer) => socket.emit('data', answer));
  const buffer = () => answers.space();
  const callback = (bytes: number) => {
    try {
      answers.took(bytes);
    } catch (error) {
      socket.destroy(error as Error);
    }
    return true;
  };
  const socket = connect({ host, port, onread: { buffer, callback } }, onConnect);
  return socket;
}

/** A socket that kafkajs ended closes quietly; on the others it must learn that no response will come. */
function cutOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.destroy(new Error('cut, because the consumer stops'));
}
