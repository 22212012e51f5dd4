/** The secrets that a user gives to a data plane by name, as mounts: one folder a name. */
import { Stack, Token } from 'aws-cdk-lib';
import { PATHS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { NamedSecretEntry } from '../../../private/topology/document';
import type { PlaneSecret } from '../../plane-secret';
import type { PlaneDescription } from './plane';
import { environmentNames } from './secret-environment';

/** A script of an EC2 instance fetches each, and its text is limited; so are the volumes of a pod on small nodes. */
const MAX_SECRETS = 20;
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_LENGTH = 40;

/** File in the folder of a secret. The gateway's vault `env` knows it. */
const FILE = 'value';

/** Variables that the image, the platform or Node.js read: a secret under such a name would change what a node does. */
const RESERVED = new RegExp(
  '^((KONG|HYBRIDGE|NODE|NPM|YARN|AWS|ECS|KUBERNETES|LD|LUA|LC|SSL|OPENSSL|UV|OTEL)_.*'
    + '|NODE|PATH|HOME|HOSTNAME|USER|LOGNAME|SHELL|PWD|OLDPWD|TERM|LANG|LANGUAGE|TZ|TMPDIR|TEMP|TMP'
    + '|(HTTP|HTTPS|NO|ALL)_PROXY|CONTAINER|DEBUG|NO_COLOR|FORCE_COLOR)$',
);

/**
 * @param rereadsSecrets whether the engine's nodes read changed secrets
 * @throws Error that names the property
 */
export function planeSecretMounts(secrets: Readonly<Record<string, PlaneSecret>> = {}, rereadsSecrets = true): readonly SecretMount[] {
  const names = Object.keys(secrets);
  if (names.length > MAX_SECRETS) {
    throw new Error(
      `secrets: got ${names.length}, expected at most ${MAX_SECRETS}: keep several in one JSON document, whose fields references name: `
        + '{vault://env/<name>/<field>}',
    );
  }
  return Object.entries(secrets).map(([name, { _source: { secret, secretName, field, rotateDays } }]) => {
    const property = propertyOf(name);
    requireName(property, name);
    if (rotateDays !== undefined && !rereadsSecrets) {
      throw new Error(
        `${property}: rotateEvery needs nodes that re-read secrets, but Kong reads its environment only at start: remove it and restart `
          + 'the nodes after each rotation, or use GatewayEngine.packaged()',
      );
    }
    return {
      name: `secret-${name}`,
      path: `${PATHS.namedSecrets}/${name}`,
      secret,
      secretName,
      secretType: 'Opaque',
      givenName: name,
      files: [{ file: FILE, property: field ?? '', variable: variableOf(name) }],
    };
  });
}

/**
 * Refuses two secrets under one name of a reference.
 *
 * @throws Error that names the property
 */
export function requireOwnNames(own: Pick<PlaneDescription, 'settings' | 'secrets'>, secrets: Readonly<Record<string, PlaneSecret>> = {}) {
  const taken = environmentNames(own);
  for (const name of Object.keys(secrets)) {
    const owner = taken.get(variableOf(name));
    if (owner === undefined) continue;
    throw new Error(
      `${propertyOf(name)}: got a name that the secret ${owner} of this plane has already, expected another: choose one, or leave out what `
        + 'brings that secret',
    );
  }
}

/**
 * Days until nodes have to read their secrets again, where they do that only when they start.
 *
 * @param own periods of the plane's own certificates; absent where they stay
 */
export function rereadDays(
  own: readonly (number | undefined)[],
  secrets: Readonly<Record<string, PlaneSecret>> = {},
): number | undefined {
  const all = [...own, ...Object.values(secrets).map(({ _source }) => _source.rotateDays)].filter((days) => days !== undefined);
  return all.length > 0 ? Math.min(...all) : undefined;
}

/** What the topology says about them. */
export function namedSecretEntries(mounts: readonly SecretMount[]): readonly NamedSecretEntry[] {
  return mounts.flatMap(({ givenName, secret, secretName, files: [{ property }] }) => {
    if (givenName === undefined) return [];
    const { region } = Stack.of(secret);
    return [{
      reference: `{vault://env/${givenName}}`,
      name: secretName,
      ...property && { field: property },
      ...!Token.isUnresolved(region) && { region },
    }];
  });
}

/** What the vault `env` makes of a name. */
export function variableOf(name: string): string {
  return name.toUpperCase().replace(/-/g, '_');
}

function propertyOf(name: string): string {
  return `secrets[${JSON.stringify(name)}]`;
}

function requireName(property: string, name: string) {
  if (!NAME.test(name) || name.length > MAX_LENGTH) {
    throw new Error(
      `${property}: got a name that no reference can have everywhere, expected 1 to ${MAX_LENGTH} lower-case letters, digits and '-', `
        + "beginning with a letter, such as 'partner-key' for {vault://env/partner-key}",
    );
  }
  if (!RESERVED.test(variableOf(name))) return;
  throw new Error(
    `${property}: got the name of the variable ${variableOf(name)}, which the node, Node.js or the platform reads, expected another: `
      + `choose one such as 'api-${name}'`,
  );
}
