import type { FieldErrors } from '../fields.js';

/** The response to the caller. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function html(status: number, title: string, sentence: string, headers: Record<string, string> = {}): Answer {
  const body = `<!doctype html>
<html lang="en">
<head><title>${title}</title></head>
<body><h1>${title}</h1><p>${sentence}</p></body>
</html>
`;
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body };
}

/** Lasair's responses, word for word if a client may read them, and those of the web server before it. */
export const answers = {
  noCredentials: () => unauthorized('Authentication credentials were not provided.'),
  invalidToken: () => unauthorized('Invalid token.'),
  tokenMissingInHeader: () => unauthorized('Invalid token header. No credentials provided.'),
  tokenWithSpaces: () => unauthorized('Invalid token header. Token string should not contain spaces.'),
  forbidden: () => json(403, { detail: 'You do not have permission to perform this action.' }),
  methodNotAllowed: (method: string) =>
    json(405, { detail: `Method "${method}" not allowed.` }, { Allow: 'POST, OPTIONS' }),
  throttled: (retryAfterSeconds?: number) =>
    json(
      429,
      {
        message: 'Request limit exceeded. Either wait an hour, or see API documentation to increase your limits.',
      },
      retryAfter(retryAfterSeconds),
    ),
  unsupportedMediaType: (type: string) => json(415, { detail: `Unsupported media type "${type}" in request.` }),
  notParsed: (reason: string) => json(400, { detail: reason }),
  badFields: (errors: FieldErrors) => json(400, errors),
  refused: (reason: string) => json(400, { error: reason }),
  listQueued: (n: number) => json(200, { status: 'success', n }),
  queued: (message: string) => json(200, { status: 'success', annotation_topic: 'fast_annotations', message }),
  notFound: () => html(404, 'Not Found', 'The requested resource was not found on this server.'),
  /** Django's response to a path without its last slash; clients then repeat the call as a GET. */
  slashMissing: (location: string) => ({ status: 301, headers: { Location: location }, body: '' }),
  bodyTooLarge: () => html(400, 'Bad Request (400)', ''),
  serverError: () => html(500, 'Server Error (500)', ''),
  badGateway: () => html(502, '502 Bad Gateway', ''),
  unavailable: (retryAfterSeconds?: number) =>
    html(503, '503 Service Temporarily Unavailable', '', retryAfter(retryAfterSeconds)),
  /** A proxy's; those of HAProxy, nginx and Django are alike. */
  badRequest: () => html(400, '400 Bad request', 'Your browser sent an invalid request.'),
  maintenance: () => ({ status: 302, headers: { Location: '/status' }, body: '' }),
  rubbish: () => html(200, 'Maintenance', 'This service will be back soon.'),
} as const;

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
}

function unauthorized(detail: string): Answer {
  return json(401, { detail }, { 'WWW-Authenticate': 'Token' });
}
