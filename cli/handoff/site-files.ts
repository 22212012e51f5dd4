/**
 * The files of a site as they have to be on its machine: what the bucket contains, and its secrets as Kubernetes
 * Secrets, or as files for Docker Compose.
 */
import { toYaml } from '../../src/eksa/yaml/emit';
import type {
  HandedMachine,
  HandedPlane,
  HandoffIndex,
  HandoffParameter,
  PulledSecret,
} from '../../src/gateway/private/handoff/index-document';
import { INDEX_FILE, INDEX_VERSION, handoffParameter } from '../../src/gateway/private/handoff/index-document';
import { CommandFailure } from '../command.ts';
import { userFile } from './machine-folder.ts';
import { digestOf } from './site-source.ts';
import type { SiteSource } from './site-source.ts';

interface SiteFiles {
  readonly index: HandoffIndex;
  /** Path below the folder of the site → text. */
  readonly files: ReadonlyMap<string, string>;
}

/** Between the foundation, which makes the namespace, and the pods. */
export const SECRETS_FILE = '2-secrets.k8s.yaml';

/**
 * All of a site, or one plane of it; all or nothing.
 *
 * @param site as `<stack>/<site>`
 * @throws CommandFailure when anything is missing, may not be read, or does not match
 */
export async function readSite(source: SiteSource, site: string, plane: string | undefined): Promise<SiteFiles> {
  const [stack, name] = site.split('/') as [string, string];
  const parameterName = handoffParameter(stack, name);
  const parameter = parsed<HandoffParameter>(await source.parameter(parameterName), `the parameter ${parameterName}`);
  const read = (path: string) => source.object(parameter.bucket, parameter.region, parameter.prefix + path);
  const text = await read(INDEX_FILE);
  requireDigest(INDEX_FILE, text, parameter.digest);
  const index = parsed<HandoffIndex>(text, INDEX_FILE);
  if (index.version !== INDEX_VERSION) {
    throw new CommandFailure(
      `the site was deployed by another version of cdk-hybridge (index ${index.version}, this command line reads `
        + `${INDEX_VERSION}): use the version of the program`,
      'configuration',
    );
  }
  const { planes, machines } = chosen(index, site, plane);
  const wanted = Object.entries(index.files).filter(
    ([path]) => plane === undefined || [...planes, ...machines].some(({ folder }) => path.startsWith(`${folder}/`)),
  );
  const files = await Promise.all(wanted.map(async ([path, digest]): Promise<[string, string]> => {
    requirePlainPath(path);
    const content = await read(path);
    requireDigest(path, content, digest);
    return [path, content];
  }));
  return { index, files: new Map([...files, ...await secretFiles(source, planes, machines)]) };
}

/** The planes of an index that are wanted: all of them, or the one of a name. */
export function chosen(
  index: HandoffIndex,
  site: string,
  plane: string | undefined,
): { readonly planes: readonly HandedPlane[]; readonly machines: readonly HandedMachine[] } {
  const { planes, machines = [] } = index;
  const isWanted = ({ name }: { readonly name: string }) => plane === undefined || name === plane;
  const wanted = { planes: planes.filter(isWanted), machines: machines.filter(isWanted) };
  if (wanted.planes.length + wanted.machines.length > 0) return wanted;
  throw new CommandFailure(
    `--plane: the site ${site} has no plane '${plane}'; it has ${[...planes, ...machines].map(({ name }) => name).join(', ')}`,
  );
}

async function secretFiles(
  source: SiteSource,
  planes: readonly HandedPlane[],
  machines: readonly HandedMachine[],
): Promise<[string, string][]> {
  const documents = new Map<string, Promise<SecretDocument>>();
  const missing: string[] = [];
  const manifests = await Promise.all(
    planes
      .filter(({ secrets }) => secrets.length > 0)
      .map(async ({ name, folder, secrets }): Promise<[string, string]> => {
        const objects = await Promise.all(
          secrets.map(async (secret) => kubernetesSecret(name, secret, await documentOf(source, secret, documents), missing)),
        );
        return [`${folder}/${SECRETS_FILE}`, toYaml(objects)];
      }),
  );
  const files = await Promise.all(
    machines.flatMap(({ folder, secrets }) =>
      secrets.map(async (file): Promise<[string, string]> => {
        requirePlainPath(file.path);
        return [`${folder}/${file.path}`, propertyOf(file, await documentOf(source, file, documents), missing)];
      }),
    ),
  );
  if (missing.length > 0) throw new CommandFailure(`nothing was written: missing ${[...new Set(missing)].join('; ')}`, 'configuration');
  return [...manifests, ...files, ...machines.map(userFile)];
}

/** The text of a secret, or why there is none. */
type SecretDocument = { readonly text: string } | { readonly missing: string };

/** One request a secret, however many planes use it. */
function documentOf(
  source: SiteSource,
  { secretName, region }: Pick<PulledSecret, 'secretName' | 'region'>,
  documents: Map<string, Promise<SecretDocument>>,
): Promise<SecretDocument> {
  const key = `${region} ${secretName}`;
  if (!documents.has(key)) {
    documents.set(key, source.secret(secretName, region));
  }
  return documents.get(key)!;
}

function kubernetesSecret(namespace: string, secret: PulledSecret, document: SecretDocument, missing: string[]): object {
  const { name, type, labels, entries, secretName } = secret;
  const valueOf = (property: string) => Buffer.from(propertyOf({ secretName, property }, document, missing)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels },
    type,
    data: Object.fromEntries(entries.map(({ key, property }) => [key, valueOf(property)])),
  };
}

/** @param missing collects what is missing */
function propertyOf(
  { secretName, property }: { readonly secretName: string; readonly property: string },
  document: SecretDocument,
  missing: string[],
): string {
  if ('missing' in document) {
    missing.push(document.missing);
    return '';
  }
  if (property === '') {
    if (document.text === '') missing.push(`text in the secret ${secretName}`);
    return document.text;
  }
  const properties = propertiesOf(document.text);
  const value = properties?.[property];
  if (typeof value === 'string' && value !== '') return value;
  missing.push(properties ? `text under '${property}' in the secret ${secretName}` : `a JSON object in the secret ${secretName}`);
  return '';
}

/** Nothing of a text that is no JSON object may be shown. */
function propertiesOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function parsed<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new CommandFailure(`${what} holds no JSON; expected what a deployment of cdk-hybridge writes`, 'configuration', { cause: error });
  }
}

/** Files of two deployments must not be mixed. */
function requireDigest(path: string, text: string, digest: string): void {
  if (digestOf(text) !== digest) {
    throw new CommandFailure(
      `${path} is not what the last finished deployment wrote: a deployment is in progress, or the file was changed; `
        + 'try again when it has ended',
      'unavailable',
    );
  }
}

function requirePlainPath(path: string): void {
  if (path.split('/').every((part) => /^[\w.-]+$/.test(part) && part !== '..' && part !== '.')) return;
  throw new CommandFailure(`the index names a file '${path}', which would be outside --out`, 'configuration');
}
