/** The rules on files as people write them, with line numbers. */
import { checkDocuments, isWithin } from './check';
import type { CheckOptions } from './check';
import type { Finding } from './finding';
import { HARDWARE_FILE, parseHardware } from './hardware/hardware-csv';
import { parsePlaceholder } from './hardware/placeholder';
import type { ClusterDocument, Document } from './model/document';
import { documentPaths } from './model/document';
import { isKnownKind } from './schema/kinds';
import type { SourceText } from './syntax/encoding';
import { CLUSTER_FILE } from './yaml/file-finding';
import { parseClusterFile } from './yaml/parse';
import type { ParsedDocument, ParsedFile } from './yaml/parsed-file';

/**
 * What the EKS Anywhere tools, the API server or the machines would refuse.
 *
 * @param clusterYaml text of cluster.yaml
 * @param hardwareCsv text of hardware.csv, for bare metal; null is none, and an empty text an empty file
 */
export function check(clusterYaml: SourceText, hardwareCsv?: SourceText | null, options: CheckOptions = {}): Finding[] {
  const file = parseClusterFile(clusterYaml);
  const hardware = hardwareCsv === undefined || hardwareCsv === null ? undefined : parseHardware(hardwareCsv);
  const contents = file.documents.map((document) => document.content);
  const named = namedDocuments(file);
  return limited([
    ...textFindings(file),
    ...named.flatMap(foreignWithoutApiVersion),
    ...[...checkDocuments(contents, hardware, options), ...unfilledLicense(contents as unknown as Document[])]
      .filter((finding) => !isDerived(finding, file, named))
      .map((finding) => withLine(finding, named)),
  ]);
}

/** What is wrong with how the file is written, whatever its values are. */
export function textFindings(file: ParsedFile): Finding[] {
  return [
    ...file.findings,
    ...namedDocuments(file).flatMap(({ document, path }) =>
      relevant(document).map((finding) => ({ ...finding, path: `${path}${finding.path}` }))),
  ];
}

function namedDocuments({ documents }: ParsedFile): Named[] {
  const paths = documentPaths(documents.map(({ content }) => content as unknown as Document));
  return documents.map((document, index) => ({ document, path: paths[index] }));
}

/** What is missing only because a document could not be read, and what is wrong only because of a template expression. */
function isDerived({ ruleId, path, message }: Finding, { lost, findings }: ParsedFile, documents: readonly Named[]): boolean {
  if (ruleId === 'P1') return lost.length > 0 || findings.some((finding) => finding.ruleId === 'P7');
  if (lost.length > 0 && /^(X1|X2|X11|S6)$/.test(ruleId) && message.includes('the file holds no')) return true;
  // Other places than the expression's own repeat it in their message.
  if (documents.some(({ document }) => document.unknown.length > 0) && message.includes('{{')) return true;
  return documents.some(({ document, path: owner }) => document.unknown.some((place) => isWithin(path, `${owner}${place}`)));
}

/** More findings than a person reads: so many come from a file of another kind. */
const MAX_FINDINGS = 1000;

/** The first errors, or else the first warnings, and how many more there are. */
export function limited(findings: readonly Finding[]): Finding[] {
  if (findings.length <= MAX_FINDINGS) return [...findings];
  const errors = findings.filter(({ severity }) => severity === 'error');
  const listed = [...errors, ...findings.filter(({ severity }) => severity !== 'error')].slice(0, MAX_FINDINGS);
  const message = `has ${findings.length - MAX_FINDINGS} more problems, which are not listed`;
  const path = listed.some((finding) => !finding.path.startsWith(HARDWARE_FILE)) ? CLUSTER_FILE : HARDWARE_FILE;
  return [...listed, { ruleId: 'P2', severity: errors.length > 0 ? 'error' : 'warning', path, message }];
}

/** Right where a program is synthesized; the tools do not know placeholders. */
function unfilledLicense(documents: readonly Document[]): Finding[] {
  const token = (documents.find(({ kind }) => kind === 'Cluster') as ClusterDocument | undefined)?.spec?.licenseToken;
  if (typeof token !== 'string' || !parsePlaceholder(token)) return [];
  return [
    {
      ruleId: 'license-token',
      severity: 'warning',
      path: 'Cluster.spec.licenseToken',
      message: `is the placeholder ${token}; the tools need the token itself`,
      fix: 'fill it in with hybridge eksa render',
    },
  ];
}

interface Named {
  readonly document: ParsedDocument;
  readonly path: string;
}

/** Of documents that no rule looks at, only what no tool would read. */
function relevant({ content, findings }: ParsedDocument): readonly Finding[] {
  return isKnownKind(content.kind) ? findings : findings.filter((finding) => finding.ruleId !== 'S10');
}

/** The tools want an API version on every document, also on those that no rule looks at. */
function foreignWithoutApiVersion({ document, path }: Named): Finding[] {
  if (document.content.apiVersion || isKnownKind(document.content.kind)) return [];
  return [{ ruleId: 'P6', severity: 'error', path: `${path}.apiVersion`, message: 'is missing', line: document.lines.get('') }];
}

/** The line of the place itself, or of the nearest thing around it. */
function withLine(finding: Finding, documents: readonly Named[]): Finding {
  if (finding.line !== undefined) return finding;
  const owner = documents.find(({ path }) => finding.path === path || finding.path.startsWith(`${path}.`));
  if (!owner) return finding;
  for (let path = finding.path.slice(owner.path.length); ; path = path.replace(/(\.[^.[\]]*|\[\d+\])$/, '')) {
    const line = owner.document.lines.get(path);
    if (line !== undefined || !/(\.[^.[\]]*|\[\d+\])$/.test(path)) return { ...finding, line };
  }
}
