/** Failures of outgoing requests in words: which server, and what went wrong. No path, query or credentials. */
import { messageOf } from '../../base/errors.ts';

/** What the codes of Node mean, in the words of the log lines that people know from Kong Gateway. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'name resolution failed',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'timeout',
  ECONNABORTED: 'closed',
};

export function failureOf(url: URL, error: unknown): Error {
  return new Error(`failed request to ${serverOf(url)}: ${reasonOf(error)}`, { cause: error });
}

/** `host:port`. */
export function serverOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

export function reasonOf(error: unknown): string {
  const { code } = error as { code?: string };
  return WORDS[code ?? ''] ?? messageOf(error);
}
