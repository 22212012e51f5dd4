/** Credentials of the role that a node runs with: from its environment, or from the endpoint that Amazon ECS and EKS Pod Identity name. */
import { readFileSync } from 'node:fs';

import type { AwsCredentials } from '../base/aws-signature.ts';

/** What the environment says of credentials. */
export interface CredentialSource {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  /** Path on the endpoint of Amazon ECS. */
  readonly relativeUri?: string | undefined;
  /** Address of another endpoint, such as that of EKS Pod Identity. */
  readonly fullUri?: string | undefined;
  readonly token?: string | undefined;
  /** File with the token, which is renewed. */
  readonly tokenFile?: string | undefined;
}

const ECS_ENDPOINT = 'http://169.254.170.2';

/** Addresses that a token may be sent to without TLS: those of ECS and EKS, and the node itself. */
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]', '127.0.0.1', 'localhost', '[::1]']);

/** Credentials are asked for again this long before they end. Milliseconds. */
const EARLY_MS = 5 * 60_000;

const TIMEOUT_MS = 5_000;

export class CredentialProvider {
  readonly #source: CredentialSource;
  readonly #now: () => number;
  #kept: { readonly credentials: AwsCredentials; readonly endsMs: number } | undefined;

  constructor(source: CredentialSource, now: () => number = Date.now) {
    this.#source = source;
    this.#now = now;
  }

  /** @throws Error that says where credentials were looked for */
  async credentials(): Promise<AwsCredentials> {
    const { accessKeyId, secretAccessKey, sessionToken, relativeUri, fullUri } = this.#source;
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, ...sessionToken !== undefined && { sessionToken } };
    }
    if (this.#kept !== undefined && this.#kept.endsMs - EARLY_MS > this.#now()) return this.#kept.credentials;
    if (relativeUri === undefined && fullUri === undefined) {
      throw new Error('no credentials of AWS: the environment has neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_*; '
        + 'give the node a task role or EKS Pod Identity');
    }
    this.#kept = await this.#ask(new URL(relativeUri === undefined ? fullUri! : `${ECS_ENDPOINT}${relativeUri}`));
    return this.#kept.credentials;
  }

  async #ask(url: URL): Promise<{ credentials: AwsCredentials; endsMs: number }> {
    if (url.protocol !== 'https:' && !LOCAL_HOSTS.has(url.hostname)) {
      throw new Error(`AWS_CONTAINER_CREDENTIALS_FULL_URI: got ${url.origin}, expected https or an address of the node itself`);
    }
    const { token, tokenFile } = this.#source;
    const authorization = tokenFile === undefined ? token : readFileSync(tokenFile, 'utf8').trim();
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!response.ok) throw new Error(`credentials of AWS: ${url.origin} answered ${response.status}`);
    const given = await response.json() as Partial<Record<string, unknown>>;
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration: end } = given;
    if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
      throw new Error(`credentials of AWS: ${url.origin} sent none`);
    }
    const endsMs = typeof end === 'string' ? Date.parse(end) : this.#now();
    return { credentials: { accessKeyId, secretAccessKey, ...typeof sessionToken === 'string' && { sessionToken } }, endsMs };
  }
}
