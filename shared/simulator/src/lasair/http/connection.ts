import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TransportFault } from '../faults.js';
import { type Answer, answers } from './answers.js';
import { LARGEST_BODY_BYTES } from './body.js';

/** Reads a request's whole body; what exceeds the limit by more than a byte is not kept. */
export async function receiveBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (size <= LARGEST_BODY_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

/**
 * Ends a call as a fault says.
 *
 * @param answer Lasair's response, if it was called
 * @returns the status that the caller receives, or 'none'
 */
export function strike(fault: TransportFault, response: ServerResponse, answer: Answer | undefined): number | 'none' {
  switch (fault.kind) {
    case 'hang':
      return 'none';
    case 'reset':
      response.socket?.resetAndDestroy();
      return 'none';
    case 'cut':
      return answer ? sendHalf(response, answer) : 'none';
    case 'rubbish':
    case 'status': {
      const instead = fault.kind === 'rubbish' ? answers.rubbish() : statusAnswer(fault);
      send(response, instead);
      return instead.status;
    }
  }
}

function sendHalf(response: ServerResponse, answer: Answer): number {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': body.length });
  response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  return answer.status;
}

function statusAnswer(fault: Extract<TransportFault, { kind: 'status' }>): Answer {
  switch (fault.status) {
    case 302:
      return answers.maintenance();
    case 400:
      return answers.badRequest();
    case 401:
      return answers.invalidToken();
    case 403:
      return answers.forbidden();
    case 429:
      return answers.throttled(fault.retryAfterSeconds);
    case 500:
      return answers.serverError();
    case 502:
      return answers.badGateway();
    case 503:
      return answers.unavailable(fault.retryAfterSeconds);
  }
}
