/** Key-value engines of HashiCorp Vault, by its HTTP API: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 */
import { readFile } from 'node:fs/promises';

import { SecretMissing } from './secret-source.ts';
import type { SecretSource } from './secret-source.ts';

export interface HcvConfig {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly namespace?: string | null | undefined;
  readonly mount: string;
  readonly kv: string;
  readonly auth_method: string;
  readonly token?: string | null | undefined;
  readonly kube_role?: string | null | undefined;
  readonly kube_auth_path: string;
  readonly kube_api_token_file: string;
}

/** Largest answer that is read. Bytes. */
const MAX_BYTES = 1_048_576;

/** A login is renewed by a new one, this part of its lease before it ends. */
const EARLY = 0.1;

interface Login {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

/** @param now milliseconds since 1970 */
export function hcvSource(config: HcvConfig, now: () => number): SecretSource {
  const base = `${config.protocol}://${config.host}:${config.port}/v1/`;
  let login: Login | undefined;
  const ask = async (path: string, init: RequestInit, token?: string): Promise<{ status: number; body: unknown }> => {
    const headers = {
      'X-Vault-Request': 'true',
      ...config.namespace && { 'X-Vault-Namespace': config.namespace },
      ...token !== undefined && { 'X-Vault-Token': token },
    };
    const response = await fetch(base + path, { ...init, headers, redirect: 'error' });
    return { status: response.status, body: parsed(await boundedText(response)) };
  };
  const tokenOf = async (signal: AbortSignal): Promise<string> => {
    if (config.auth_method === 'token') return config.token ?? '';
    if (login === undefined || login.endsAt <= now()) login = await logIn(config, ask, signal, now);
    return login.token;
  };
  const read = async (path: string, signal: AbortSignal): ReturnType<typeof ask> => ask(path, { signal }, await tokenOf(signal));
  return {
    name: `HashiCorp Vault at ${config.host}:${config.port}`,
    fetch: async (secret, version, signal) => {
      const path = pathOf(config, secret, version);
      let answer = await read(path, signal);
      if (answer.status === 403 && config.auth_method !== 'token') {
        // The token may have been revoked before its time.
        login = undefined;
        answer = await read(path, signal);
      }
      return secretIn(answer, config.kv, secret);
    },
  };
}

function pathOf({ mount, kv }: HcvConfig, secret: string, version: string | undefined): string {
  const encoded = secret.split('/').map(encodeURIComponent).join('/');
  const isPath = encoded.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isPath) throw new SecretMissing(`'${secret}' is no path of a secret`);
  if (kv === 'v1') return `${mount}/${encoded}`;
  return `${mount}/data/${encoded}${version === undefined ? '' : `?version=${encodeURIComponent(version)}`}`;
}

async function logIn(
  config: HcvConfig, ask: (path: string, init: RequestInit) => Promise<{ status: number; body: unknown }>, signal: AbortSignal,
  now: () => number,
): Promise<Login> {
  const jwt = (await readFile(config.kube_api_token_file, 'utf8')).trim();
  const body = JSON.stringify({ role: config.kube_role, jwt });
  const answer = await ask(`auth/${config.kube_auth_path}/login`, { method: 'POST', body, signal });
  const auth = at(answer.body, 'auth');
  const [token, lease] = [at(auth, 'client_token'), at(auth, 'lease_duration')];
  if (typeof token !== 'string') throw new Error(`login as ${config.kube_role} failed: ${errorsIn(answer)}`);
  const seconds = typeof lease === 'number' && lease > 0 ? lease : Infinity;
  return { token, endsAt: now() + seconds * (1 - EARLY) * 1_000 };
}

/** The fields of a secret as a JSON object. */
function secretIn(answer: { status: number; body: unknown }, kv: string, secret: string): string {
  const data = at(answer.body, 'data');
  const fields = kv === 'v1' ? data : at(data, 'data');
  if (answer.status === 404 || (answer.status === 200 && (fields === null || fields === undefined))) {
    throw new SecretMissing(`there is no secret ${secret}`);
  }
  if (answer.status !== 200) throw new Error(errorsIn(answer));
  return JSON.stringify(fields);
}

function errorsIn({ status, body }: { status: number; body: unknown }): string {
  const errors = at(body, 'errors');
  const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === 'string').join(', ').slice(0, 300) : '';
  return `status ${status}${texts === '' ? '' : `: ${texts}`}`;
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
