/** How commands reach a control plane: address, token, headers, TLS. Secrets come from the environment and from files. */
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import type { TlsOptions } from '../../gateway/src/admin-client/transport.ts';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';
import type { Environment } from './substitution.ts';

export const CONNECTION_OPTIONS = {
  'kong-addr': { type: 'string' },
  'headers': { type: 'string', multiple: true },
  'token-file': { type: 'string' },
  'ca-cert-file': { type: 'string' },
  'ca-cert': { type: 'string' },
  'tls-client-cert-file': { type: 'string' },
  'tls-client-key-file': { type: 'string' },
  'tls-server-name': { type: 'string' },
  'timeout': { type: 'string' },
  'author': { type: 'string' },
} as const;

export const CONNECTION_USAGE: readonly string[] = [
  'Control plane:',
  '  --kong-addr URL             Admin API; default HYBRIDGE_ADMIN_URL, DECK_KONG_ADDR or http://localhost:8001',
  '  --token-file FILE           token of the Admin API; default the environment variable HYBRIDGE_ADMIN_TOKEN',
  '  --headers NAME:VALUE        header of each request; repeat it for several; default DECK_HEADERS, separated by commas',
  '  --ca-cert-file FILE         authorities that the certificate of the Admin API is verified with; default DECK_CA_CERT_FILE',
  '  --tls-client-cert-file FILE, --tls-client-key-file FILE',
  '                              certificate that the command shows; default DECK_TLS_CLIENT_CERT_FILE, DECK_TLS_CLIENT_KEY_FILE',
  '  --tls-server-name NAME      name that the certificate of the Admin API must have; default the host of the URL',
  '  --timeout SECONDS           longest wait for an answer; default 10',
  '  --author NAME               who changes something, for the history; default the user, or the job of the pipeline',
];

type ConnectionValues = Partial<Record<Exclude<keyof typeof CONNECTION_OPTIONS, 'headers'>, string>> & {
  readonly headers?: readonly string[];
};

const DEFAULT_ADDRESS = 'http://localhost:8001';

/** The header that control planes expect; decK sends it, too. */
const TOKEN_HEADER = 'kong-admin-token';

/** @throws CommandFailure for an option that is wrong, or a file that cannot be read */
export function connectedClient(values: ConnectionValues, environment: Environment): AdminClient {
  const url = values['kong-addr'] ?? environment.HYBRIDGE_ADMIN_URL ?? environment.DECK_KONG_ADDR ?? DEFAULT_ADDRESS;
  if (!URL.canParse(url) || !/^https?:\/\//.test(url)) {
    throw new CommandFailure(`--kong-addr: '${withoutPassword(url)}' is not valid; expected a URL such as https://admin.example.com:8444`);
  }
  return new AdminClient({
    url: url.startsWith('https:') || url.startsWith('http:') ? withoutPassword(url) : url,
    headers: headersOf(values, environment),
    timeoutMs: seconds(values.timeout) * 1000,
    tls: tlsOf(values, environment),
  });
}

function headersOf(values: ConnectionValues, environment: Environment): Readonly<Record<string, string>> {
  const given = values.headers ?? environment.DECK_HEADERS?.split(',') ?? [];
  const headers = given.map((text) => {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\t\u0020-\u007e\u0080-\u00ff]*?)\s*$/.exec(text) ?? [];
    if (name === undefined) throw new CommandFailure('--headers: expected NAME:VALUE');
    return [name.toLowerCase(), value!] as const;
  });
  const token = values['token-file'] === undefined ? environment.HYBRIDGE_ADMIN_TOKEN : textOf('token-file', values['token-file']).trim();
  return {
    'hybridge-author': authorOf(values.author, environment),
    ...token !== undefined && token !== '' && { [TOKEN_HEADER]: token },
    ...Object.fromEntries(headers),
  };
}

function tlsOf(values: ConnectionValues, environment: Environment): TlsOptions {
  const text = (name: 'ca-cert-file' | 'tls-client-cert-file' | 'tls-client-key-file', variable: string) => {
    const path = values[name] ?? environment[variable];
    return path === undefined ? undefined : textOf(name, path);
  };
  const ca = values['ca-cert'] ?? text('ca-cert-file', 'DECK_CA_CERT_FILE') ?? environment.DECK_CA_CERT;
  const cert = text('tls-client-cert-file', 'DECK_TLS_CLIENT_CERT_FILE');
  const key = text('tls-client-key-file', 'DECK_TLS_CLIENT_KEY_FILE');
  if ((cert === undefined) !== (key === undefined)) {
    throw new CommandFailure('--tls-client-cert-file and --tls-client-key-file: give both, or none');
  }
  const serverName = values['tls-server-name'] ?? environment.DECK_TLS_SERVER_NAME;
  return {
    ...ca !== undefined && { ca }, ...cert !== undefined && { cert }, ...key !== undefined && { key },
    ...serverName !== undefined && { serverName },
  };
}

function textOf(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`--${option}: cannot read ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}

const DEFAULT_TIMEOUT_SECONDS = 10;
const MAX_TIMEOUT_SECONDS = 3600;

function seconds(text: string | undefined): number {
  const value = text === undefined ? DEFAULT_TIMEOUT_SECONDS : Number(text);
  if (Number.isFinite(value) && value > 0 && value <= MAX_TIMEOUT_SECONDS) return value;
  throw new CommandFailure(`--timeout: '${text}' is not valid; expected seconds, up to ${MAX_TIMEOUT_SECONDS}`);
}

const MAX_AUTHOR_CHARACTERS = 200;

/** Who is at work: a person, or the job of a pipeline. History notes it as claimed. */
export function authorOf(given: string | undefined, environment: Environment): string {
  const { GITHUB_ACTOR, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITLAB_USER_LOGIN, CI_PROJECT_PATH, CI_JOB_ID, BUILD_TAG } = environment;
  const author = given ?? environment.HYBRIDGE_AUTHOR
    ?? (GITHUB_ACTOR !== undefined && GITHUB_REPOSITORY !== undefined
      ? `${GITHUB_ACTOR} (GitHub ${GITHUB_REPOSITORY} run ${GITHUB_RUN_ID ?? '?'})` : undefined)
    ?? (GITLAB_USER_LOGIN !== undefined && CI_PROJECT_PATH !== undefined
      ? `${GITLAB_USER_LOGIN} (GitLab ${CI_PROJECT_PATH} job ${CI_JOB_ID ?? '?'})` : undefined)
    ?? (BUILD_TAG !== undefined ? `${BUILD_TAG} (Jenkins)` : undefined)
    ?? `${userName(environment)}@${hostname()}`;
  return author.replace(/[^\u0020-\u007e]/g, '?').slice(0, MAX_AUTHOR_CHARACTERS).trim();
}

function userName(environment: Environment): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in containers.
    return environment.USER ?? 'unknown';
  }
}

/** User and password of a URL are not sent, and would be printed. */
function withoutPassword(url: string): string {
  return url.replace(/^(https?:\/\/)[^/@]*@/, '$1');
}
