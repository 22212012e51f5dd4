/** The password that a new connection to a database is opened with: from a setting, from a file that may change, or signed for by IAM. */
import { readFile } from 'node:fs/promises';

import type { Secret } from '../base/secret.ts';

export interface DatabaseLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: Secret;
  /** File that contains the password. It is read for each connection, so that the password can change. Takes precedence over `password`. */
  readonly passwordFile?: string;
  /**
   * Whether the password is a token of RDS, signed with the node's credentials of AWS. It is valid for 15 minutes, so each connection has
   * its own; a connection that is open stays open. Takes precedence over the others.
   */
  readonly iamAuth?: boolean;
}

/** @returns the function that gives the password of the next connection */
export function passwordsOf(login: DatabaseLogin): () => Promise<string | undefined> {
  const { iamAuth, passwordFile, password } = login;
  if (iamAuth) return rdsTokens(login);
  if (passwordFile !== undefined) return () => passwordIn(passwordFile);
  return async () => password?.reveal();
}

/** Without the end of its line, which editors add. */
async function passwordIn(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

/** Signing needs no request; only the credentials may, and the SDK keeps those until they end. */
function rdsTokens({ host: hostname, port, user: username }: DatabaseLogin): () => Promise<string> {
  let signer: Promise<{ getAuthToken(): Promise<string> }> | undefined;
  return async () => {
    signer ??= import('@aws-sdk/rds-signer').then(({ Signer }) => new Signer({ hostname, port, username, region: regionOf(hostname) }));
    return (await signer).getAuthToken();
  };
}

/** The region in an endpoint of RDS. For another name, such as an alias, it is the one of the node's environment (`AWS_REGION`). */
export function regionOf(host: string): string | undefined {
  const region = '([a-z]{2}(?:-[a-z]+)+-\\d)';
  const endpoint = new RegExp(`\\.rds\\.${region}\\.amazonaws\\.com\\.cn$|\\.${region}\\.rds\\.amazonaws\\.com$`);
  const [, inChina, elsewhere] = endpoint.exec(host) ?? [];
  return inChina ?? elsewhere;
}
