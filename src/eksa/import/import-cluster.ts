/**
 * From the files of a cluster to the program that makes them. Nothing is dropped: what was read is built again, and every place that
 * would come out differently is refused by name.
 */
import { check } from '../check-text';
import { machineNames } from '../documents/cluster';
import { FEATURE_FLAGS } from '../feature-flags';
import type { Finding } from '../finding';
import { asWritten } from '../finding';
import { HARDWARE_FILE, parseHardware } from '../hardware/hardware-csv';
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { NEWEST_RELEASE } from '../releases/release-table';
import { holdsPassword } from '../syntax/url';
import { changesOf } from '../update/changes';
import { withDefaults } from '../update/defaults';
import { lineOf } from '../update/line-of';
import { contentsOf } from '../update/pair';
import type { Contents } from '../update/pair';
import { withoutServerFields } from '../update/server-fields';
import { parseClusterFile } from '../yaml/parse';
import { comparable } from './comparable';
import { hardwareSource } from './hardware-source';
import { withLicenseReference } from './license';
import { asNewCluster } from './new-cluster';
import { programOf } from './program';
import { PACKAGES_FILE, readPackages } from './program-packages';
import { documentsOf, readSite } from './read-site';
import type { Site } from './read-site';

interface ImportFiles {
  /** Text of cluster.yaml. */
  readonly cluster: string;
  /** Text of hardware.csv, and the path by which the program names it. */
  readonly hardware?: { readonly text: string; readonly path: string };
  /** Text of packages.yaml. */
  readonly packages?: string;
  /**
   * Whether documents may get the names that the constructs give, and deprecated forms may be replaced as the tools
   * replace them: right for a new cluster, wrong for one that exists.
   */
  readonly newNames?: boolean;
  /**
   * Release of EKS Anywhere that the program names.
   * @default - the file's eksaVersion, else the newest known release
   */
  readonly release?: string;
  /**
   * Day on which the files are judged.
   * @default - the day of the clock
   */
  readonly today?: string;
}

export type Import =
  | { readonly program: string; readonly findings: readonly [] }
  /** Errors of the files themselves, or places that no property can say. */
  | { readonly program?: undefined; readonly findings: readonly ImportFinding[] };

/** A finding in cluster.yaml or hardware.csv, as its path says, unless it names another file. */
interface ImportFinding extends Finding {
  readonly file?: typeof PACKAGES_FILE;
}

/** Number of the finding for what the constructs cannot say yet. */
const NOT_EXPRESSIBLE = 'import';

export function importCluster(files: ImportFiles): Import {
  const rules = { eksAnywhereVersion: files.release, today: files.today, flags: FEATURE_FLAGS, isExisting: !files.newNames };
  // The token does not become part of the program.
  const errors = check(files.cluster, files.hardware?.text, rules)
    .filter(({ severity, path }) => severity === 'error' && path !== 'Cluster.spec.licenseToken');
  if (errors.length > 0) return { findings: errors };
  const parsed = parseClusterFile(files.cluster).documents;
  const given = withLicenseReference(parsed.map(({ content }) => withoutServerFields(content as unknown as Document)));
  const contents = withNeededDefaults(files.newNames ? asNewCluster(given) : given);
  const site = contents && withFurtherDocuments(readSite(contents), contents);
  if (!contents || !site) {
    return { findings: [unsupported('Cluster.spec.datacenterRef.kind', 'names a provider for which there is no construct')] };
  }
  const unsaid = [...withoutKind(given), ...beyondOneProgram(site, files), ...lost(contents.documents, site, files.newNames ?? false)];
  const { clusterName, managementClusterName = clusterName, workerNodes } = site.input;
  const packages = files.packages === undefined
    ? undefined
    : readPackages(files.packages, { clusterName, managementClusterName, hasWorkers: workerNodes.length > 0 });
  const findings: ImportFinding[] = [
    ...unsaid.map((finding) => ({ ...finding, line: lineOf(finding.path, parsed) })),
    ...packages?.findings.map((finding) => ({ ...finding, file: PACKAGES_FILE } as const)) ?? [],
  ];
  if (findings.length > 0) return { findings };
  const hardware = files.hardware && hardwareSource(files.hardware.path, parseHardware(files.hardware.text));
  return {
    program: programOf(site, files.release ?? contents.cluster.spec?.eksaVersion ?? NEWEST_RELEASE.version, hardware, packages),
    findings: [],
  };
}

/** Kinds whose fields no property can leave out. The others are read as they were written, so that nothing is added to them. */
const FILLED = ['Cluster', 'TinkerbellMachineConfig', 'VSphereMachineConfig', 'AWSIamConfig'];

function withNeededDefaults(documents: readonly Document[]): Contents | undefined {
  const contents = contentsOf(documents);
  if (!contents) return undefined;
  const filled = (document: Document) => FILLED.includes(document.kind) ? withDefaults(document, contents.cluster) : document;
  return { cluster: filled(contents.cluster) as Contents['cluster'], documents: contents.documents.map(filled) };
}

/** What the construct would write otherwise than the file has it. */
function lost(documents: readonly Document[], site: Site, newNames: boolean): Finding[] {
  const [before, after] = [comparable(documents)!, comparable(documentsOf(site))!];
  return changesOf({ old: before, new: after }).map(({ path, old, new: now }) => {
    const written = now === undefined ? 'nothing' : brief(now);
    return unsupported(
      path,
      old === undefined
        ? `is missing; ${site.construct} would write ${written}`
        : `is ${brief(old)}; ${site.construct} would write ${written}`,
      fixFor(path, newNames),
    );
  });
}

/** What nothing refers to is taken along as it is, except what holds secrets. */
function withFurtherDocuments(site: Site | undefined, { documents }: Contents): Site | undefined {
  if (!site) return undefined;
  const written = new Set(documentsOf(site).map(documentPath));
  const furtherDocuments = documents.filter((document) => document.kind !== 'Secret' && !written.has(documentPath(document)));
  return furtherDocuments.length === 0 ? site : { ...site, input: { ...site.input, furtherDocuments } } as Site;
}

/** The tools pass over a document without a kind; no construct writes one. */
function withoutKind(documents: readonly Document[]): Finding[] {
  return documents
    .filter(({ kind }) => !kind)
    .map((document) => unsupported(documentPath(document), 'is no object of any kind', 'remove the document, or give it a kind'));
}

/** Limits of the constructs that the documents do not know. */
function beyondOneProgram(site: Site, { hardware }: ImportFiles): Finding[] {
  const { input } = site;
  const findings = Object.entries(input.extra?.proxyConfiguration ?? {})
    .filter(([, url]) => typeof url === 'string' && holdsPassword(url))
    .map(([field]) =>
      unsupported(
        `Cluster.spec.proxyConfiguration.${field}`,
        'holds a password, which would be written to cdk.out',
        'use a proxy that asks for no login',
      ),
    );
  if (site.construct === 'BareMetalCluster' && !hardware) {
    findings.push(
      unsupported(HARDWARE_FILE, 'is missing; BareMetalCluster takes its machines from it', 'name the file behind cluster.yaml'),
    );
  }
  findings.push(...withoutKey(site));
  if (
    site.construct === 'VSphereCluster' &&
    [site.input.controlPlaneNodes, ...site.input.workerNodes, ...(site.input.etcdNodes ? [site.input.etcdNodes] : [])].some(
      ({ cpus }) => cpus < 1,
    )
  ) {
    findings.push(unsupported('Cluster', 'has machines with less than 1 CPU', 'write how many they have'));
  }
  return findings;
}

/**
 * Groups without an SSH key for their nodes: the CLI generates keys, and the Kubernetes API fails on such machine
 * configurations.
 */
function withoutKey(site: Site): Finding[] {
  if (site.construct === 'DockerCluster') return [];
  const { controlPlane, workers, etcd } = machineNames(site.input);
  const [kind, etcdNodes] =
    site.construct === 'VSphereCluster'
      ? (['VSphereMachineConfig', site.input.etcdNodes] as const)
      : (['TinkerbellMachineConfig'] as const);
  const groups = [
    { name: controlPlane, group: site.input.controlPlaneNodes },
    ...site.input.workerNodes.map((group, index) => ({ name: workers[index], group })),
    ...etcdNodes ? [{ name: etcd, group: etcdNodes }] : [],
  ];
  return groups
    .filter(({ group }) => !group.users[0]?.sshAuthorizedKeys?.[0])
    .map(({ name }) =>
      unsupported(
        `${kind}/${name}.spec.users`,
        'names no user with a public key: the CLI would make a key pair, and the Kubernetes API refuses such an object',
        'write a user with the public key that shall log in',
      ),
    );
}

function unsupported(path: string, message: string, fix?: string): Finding {
  return { ruleId: NOT_EXPRESSIBLE, severity: 'error', path, message, fix };
}

/** Places that come out right for a cluster that is yet to be created. */
const SETTLED_BY_NEW_NAMES =
  /Ref\.name$|Refs\[[^\]]*\]$|^Cluster\.spec\.(gitOps|bundles)Ref$|^(Flux|GitOps|OIDC|AWSIam|\w+Machine|\w+Datacenter)Config\/[^.]*$/;

function fixFor(path: string, newNames: boolean): string | undefined {
  if (/^Secret\//.test(path)) return 'what is synthesized must hold no secret: keep it in a file of its own';
  if (newNames) return undefined;
  return SETTLED_BY_NEW_NAMES.test(path)
    ? 'if the cluster is yet to be created, --new-names gives documents the names and forms that the construct uses'
    : undefined;
}

function brief(value: unknown): string {
  const text = asWritten(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}
