/** Bodies of answers that the gateway makes itself, in the format that the client accepts. */

interface ErrorBody {
  readonly contentType: string;
  readonly body: string;
}

type Render = (message: string, requestId: string) => string;

interface Format {
  readonly contentType: string;
  readonly render: Render;
}

const JSON_FORMAT: Format = {
  contentType: 'application/json; charset=utf-8',
  // These very bytes are what clients of Kong compare with.
  render: (message, requestId) => `{\n  "message":${JSON.stringify(message)},\n  "request_id":"${requestId}"\n}`,
};

const TEXT_FORMAT: Format = {
  contentType: 'text/plain; charset=utf-8',
  render: (message, requestId) => `${message}\nrequest_id: ${requestId}\n`,
};

const HTML_FORMAT: Format = {
  contentType: 'text/html; charset=utf-8',
  render: (message, requestId) =>
    '<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n'
    + `    <p>${escapeMarkup(message)}.</p>\n    <p>request_id: ${requestId}</p>\n  </body>\n</html>\n`,
};

const XML_FORMAT: Format = {
  contentType: 'application/xml; charset=utf-8',
  render: (message, requestId) =>
    '<?xml version="1.0" encoding="UTF-8"?>\n<error>\n'
    + `  <message>${escapeMarkup(message)}</message>\n  <requestid>${requestId}</requestid>\n</error>\n`,
};

const GRPC_FORMAT: Format = { contentType: 'application/grpc', render: () => '' };

/** By media type, lower case. A map, because the client chooses the key: an object has `constructor` and others of its own. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['application/json', JSON_FORMAT],
  ['application/*', JSON_FORMAT],
  ['text/plain', TEXT_FORMAT],
  ['text/*', TEXT_FORMAT],
  ['text/html', HTML_FORMAT],
  ['application/xml', XML_FORMAT],
  ['application/grpc', GRPC_FORMAT],
]);

/**
 * Format for a client that does not say what it accepts: JSON for decisions of the gateway, text when the request was malformed or the
 * upstream failed.
 */
export type DefaultFormat = 'json' | 'text';

const DEFAULTS: Readonly<Record<DefaultFormat, Format>> = { json: JSON_FORMAT, text: TEXT_FORMAT };

export function renderError(message: string, requestId: string, accept: string | undefined, fallback: DefaultFormat): ErrorBody {
  const format = preferredFormat(accept) ?? DEFAULTS[fallback];
  return { contentType: format.contentType, body: format.render(message, requestId) };
}

/** Chooses the type with the highest weight; of equals the first. When that one is not in the table, the others are not tried. */
function preferredFormat(accept: string | undefined): Format | undefined {
  if (accept === undefined) return undefined;
  let best = '';
  let bestWeight = -1;
  for (const entry of accept.split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const weight = weightOf(parameters);
    if (weight <= bestWeight) continue;
    best = type;
    bestWeight = weight;
  }
  return FORMATS.get(best);
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return Number.isFinite(weight) ? weight : 1;
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
