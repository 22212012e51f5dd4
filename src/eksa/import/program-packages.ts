/** packages.yaml as calls of `addPackage()`. Secrets in settings do not become part of the program: it names where they are found. */
import type { Finding } from '../finding';
import { asWritten } from '../finding';
import { environmentPlaceholder, parsePlaceholder } from '../hardware/placeholder';
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { bundlePackage } from '../packages/bundle';
import type { PackageCluster } from '../packages/curated-package';
import { lineOf } from '../update/line-of';
import { withoutServerFields } from '../update/server-fields';
import { parseClusterFile } from '../yaml/parse';
import type { Settings } from './package-methods';
import { PACKAGE_METHODS } from './package-methods';
import type { Expression, Value } from './typescript';
import { LIBRARY, call } from './typescript';

interface ImportedPackages {
  /** What `addPackage()` is called with. */
  readonly packages: readonly Expression[];
  /** What the person who runs the program must know, one line each. */
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

interface PackageSpec {
  readonly packageName?: string;
  readonly packageVersion?: string;
  readonly targetNamespace?: string;
  readonly config?: string;
}

type PackageDocument = Document<PackageSpec>;

export const PACKAGES_FILE = 'packages.yaml';

export function readPackages(text: string, cluster: PackageCluster): ImportedPackages {
  const { documents, findings } = parseClusterFile(text);
  const broken = [...findings, ...documents.flatMap((document) => document.findings)].filter(({ severity }) => severity === 'error');
  if (broken.length > 0) return { packages: [], notes: [], findings: broken.map((finding) => ({ ...finding, path: PACKAGES_FILE })) };
  const given = documents.map(({ content }) => withoutServerFields(content as unknown as PackageDocument) as PackageDocument);
  const unsaid = given.flatMap((document) => unsayable(document, cluster));
  const secrets = given.flatMap((document) => variablesOf(document));
  return {
    packages: unsaid.length > 0 ? [] : given.map((document) => packageExpression(document, cluster)),
    notes: secrets.length > 0
      ? ['Secrets of packages are not part of a program: hybridge eksa render takes them from', ...secrets.map((name) => `  ${name}`)]
      : [],
    findings: unsaid.map((finding) => ({ ...finding, line: lineOf(finding.path, documents) })),
  };
}

/** What `Package.of()` would write otherwise than the file has it. */
function unsayable(document: PackageDocument, cluster: PackageCluster): Finding[] {
  const path = documentPath(document);
  const finding = (at: string, message: string, fix?: string): Finding =>
    ({ ruleId: 'import', severity: 'error', path: `${path}${at}`, message, fix });
  if (document.kind !== 'Package') return [finding('', 'is no Package', `keep it in a file of its own: ${PACKAGES_FILE} holds packages`)];
  const { name, namespace, annotations, ...metadata } = (document.metadata ?? {}) as Readonly<Record<string, unknown>>;
  const { packageName, packageVersion, targetNamespace, config, ...spec } = document.spec ?? {};
  const known = bundlePackage(packageName ?? '')?.annotations;
  return [
    ...(packageName ? [] : [finding('.spec.packageName', 'is missing', 'write the name of the package in its bundle')]),
    ...(name ? [] : [finding('.metadata.name', 'is missing', 'write a name')]),
    ...(namespaces(cluster).includes(String(namespace))
      ? []
      : [finding('.metadata.namespace', `is ${asWritten(namespace)}, expected ${namespaces(cluster).join(' or ')}`,
        'give the packages of this cluster')]),
    ...(sorted(annotations) === sorted(known)
      ? []
      : [finding('.metadata.annotations', `is ${asWritten(annotations)}; the program would write ${asWritten(known)}`)]),
    ...Object.keys(metadata).map((field) => finding(`.metadata.${field}`, 'is what no property of a package says')),
    ...Object.keys(spec).map((field) => finding(`.spec.${field}`, 'is no field of a Package')),
    ...(settingsOf(document) === 'broken'
      ? [finding('.spec.config', 'is no YAML with an object', 'write text that holds the settings')]
      : []),
  ];
}

function namespaces({ clusterName, managementClusterName }: PackageCluster): string[] {
  return [...new Set([clusterName, managementClusterName])].map((name) => `eksa-packages-${name}`);
}

function sorted(annotations: unknown): string {
  return JSON.stringify(Object.entries(annotations ?? {}).sort());
}

/** @returns undefined where there are none */
function settingsOf({ spec }: PackageDocument): Settings | undefined | 'broken' {
  if (spec?.config === undefined || spec.config === null || spec.config === '') return undefined;
  if (typeof spec.config !== 'string') return 'broken';
  const { documents, findings } = parseClusterFile(spec.config);
  if (findings.length > 0 || documents.length !== 1 || documents[0].findings.length > 0) return 'broken';
  return documents[0].content;
}

function packageExpression(document: PackageDocument, cluster: PackageCluster): Expression {
  const { packageName = '', packageVersion, targetNamespace } = document.spec ?? {};
  const { name, namespace } = document.metadata ?? {};
  const config = settingsOf(document) as Settings | undefined;
  const own = PACKAGE_METHODS.find((method) => method.packageName === packageName);
  const home = own?.isOnManagementCluster ? cluster.managementClusterName : cluster.clusterName;
  const read = targetNamespace !== undefined && namespace === `eksa-packages-${home}`
    ? own?.read(config, cluster, targetNamespace)
    : undefined;
  if (own && read) {
    const options = {
      name: name === own.objectName(cluster) ? undefined : name,
      packageVersion,
      targetNamespace: targetNamespace === own.targetNamespace ? undefined : targetNamespace,
      ...read,
    };
    return call(`Package.${own.name}`, [givenOrNothing(options)], LIBRARY);
  }
  const options = {
    name: name === packageName ? undefined : name,
    packageVersion,
    targetNamespace,
    onManagementCluster: namespace === `eksa-packages-${cluster.clusterName}` ? undefined : true,
    config: config && (withReferences(config, secretExpression, document) as Value),
  };
  return call('Package.of', [packageName, givenOrNothing(options)], LIBRARY);
}

function givenOrNothing(options: Readonly<Record<string, Value>>): Value {
  return Object.values(options).some((value) => value !== undefined) ? options : undefined;
}

/** Settings that hold a secret in the open, by the name of their field. */
const SECRET_FIELD = /(password|passphrase|secretkey|accesskey|privatekey|apikey|token)$/i;

/**
 * The settings with what `write` makes of each secret or placeholder in its place.
 *
 * @param path names of the fields around the value
 */
function withReferences(
  value: unknown,
  write: (placeholder: string) => unknown,
  document: PackageDocument,
  path: readonly string[] = [],
): unknown {
  const inner = (content: unknown, name: string) => withReferences(content, write, document, [...path, name]);
  if (typeof value === 'string' && parsePlaceholder(value)) return write(value);
  if (typeof value === 'string' && value !== '' && SECRET_FIELD.test(path[path.length - 1] ?? '')) {
    return write(environmentPlaceholder(variableOf(document, path)));
  }
  if (Array.isArray(value)) return value.map((item, index) => inner(item, String(index)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, inner(content, name)]));
}

function secretExpression(placeholder: string): Expression {
  const reference = parsePlaceholder(placeholder)!;
  return reference.source === 'environment'
    ? call('PackageSecret.fromEnvironment', [reference.variable], LIBRARY)
    : call('PackageSecret.fromSecretsManager', [reference.secretName, reference.key], LIBRARY);
}

/** Environment variables that take the place of secrets in the file. */
function variablesOf(document: PackageDocument): string[] {
  const found: string[] = [];
  const settings = settingsOf(document);
  withReferences(settings === 'broken' ? undefined : settings, (placeholder) => {
    const reference = parsePlaceholder(placeholder)!;
    if (reference.source === 'environment') found.push(reference.variable);
  }, document);
  return [...new Set(found)];
}

/** `HARBOR_DATABASE_PASSWORD` for the field `database.password` of the package `harbor`. */
function variableOf({ metadata }: PackageDocument, path: readonly string[]): string {
  const words = [metadata?.name ?? '', ...path].join('_').replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return words.replace(/[^A-Za-z0-9]+/g, '_').replace(/^(?=\d)/, '_').toUpperCase();
}
