/** What a client says it has signed, and the text that was to be signed. */
import type { ClientRequest } from '../../plugin-kit/exchange.ts';

export interface SignatureParameters {
  readonly username: string;
  readonly algorithm: string;
  /** Names of headers, `request-line` and `@request-target`, in the order of the signed text. */
  readonly headers: readonly string[];
  /** In base64. */
  readonly signature: string;
}

/** The parameters in Kong's order, which is the only one. No value has quotes in it, so that this takes linear time. */
const PARAMETERS = /[Hh]mac\s*username="([^"]+)",\s*algorithm="([^"]+)",\s*headers="([^"]+)",\s*signature="([^"]+)"/;

export function parseSignature(header: string | undefined): SignatureParameters | undefined {
  const [, username, algorithm, headers, signature] = header === undefined ? [] : PARAMETERS.exec(header) ?? [];
  if (username === undefined || algorithm === undefined || headers === undefined || signature === undefined) return undefined;
  return { username, algorithm, headers: headers.split(' '), signature };
}

/** Request target with what a client wrote, not what a router made of it. */
function targetOf({ rawPath, query }: ClientRequest): string {
  return query === '' ? rawPath : `${rawPath}?${query}`;
}

/**
 * The signed text: one line for each name.
 *
 * @returns `undefined` when one of the headers is there more than once: which of them the upstream believes is not known
 */
export function signedText(request: ClientRequest, names: readonly string[]): string | undefined {
  const lines: string[] = [];
  for (const name of names) {
    const [value, another] = request.headerValues(name.toLowerCase());
    if (another !== undefined) return undefined;
    if (value !== undefined) lines.push(`${name}: ${value}`);
    else if (name === 'request-line') lines.push(`${request.method} ${targetOf(request)} HTTP/${request.httpVersion}`);
    else if (name === '@request-target') lines.push(`${name}: ${request.method.toLowerCase()} ${targetOf(request)}`);
    else lines.push(`${name}:`);
  }
  return lines.join('\n');
}
