/** The rules on files as people write them, with line numbers. */
import { checkDocuments } from './check';
import type { CheckOptions } from './check';
import type { Finding } from './finding';
import { parseHardware } from './hardware/machine';
import type { Document } from './model/document';
import { documentPath } from './model/document';
import type { ParsedDocument } from './yaml/parse';
import { parseClusterFile } from './yaml/parse';

/**
 * What the EKS Anywhere tools, the API server or the machines would refuse.
 *
 * @param clusterYaml text of cluster.yaml
 * @param hardwareCsv text of hardware.csv, for bare metal
 */
export function check(clusterYaml: string, hardwareCsv?: string, options: CheckOptions = {}): Finding[] {
  const file = parseClusterFile(clusterYaml);
  const hardware = hardwareCsv === undefined ? undefined : parseHardware(hardwareCsv);
  const contents = file.documents.map((document) => document.content);
  const own = file.documents.flatMap((document) => document.findings.map((finding) => ({ ...finding, path: `${nameOf(document)}${finding.path}` })));
  const found = checkDocuments(contents, hardware, options).map((finding) => withLine(finding, file.documents));
  return [...file.findings, ...own, ...missingApiVersions(file.documents), ...found];
}

function nameOf(document: ParsedDocument): string {
  return documentPath(document.content as unknown as Document);
}

/** The tools want an API version on every document, also on those that they do not look at. */
function missingApiVersions(documents: readonly ParsedDocument[]): Finding[] {
  return documents.filter(({ content }) => !content.apiVersion && !knownToRules(content)).map((document) => ({
    ruleId: 'P6', severity: 'error', path: `${nameOf(document)}.apiVersion`, message: 'is missing', line: document.lines.get(''),
  }));
}

function knownToRules(content: Readonly<Record<string, unknown>>): boolean {
  return checkDocuments([content]).some((finding) => finding.ruleId === 'P6');
}

/** The line of the place itself, or of the nearest thing around it. */
function withLine(finding: Finding, documents: readonly ParsedDocument[]): Finding {
  if (finding.line !== undefined) return finding;
  const document = documents.find((candidate) => finding.path === nameOf(candidate) || finding.path.startsWith(`${nameOf(candidate)}.`));
  if (!document) return finding;
  let path = finding.path.slice(nameOf(document).length);
  while (path !== '' && !document.lines.has(path)) path = path.replace(/(\.[^.[\]]*|\[\d+\])$/, '') === path ? '' : path.replace(/(\.[^.[\]]*|\[\d+\])$/, '');
  return { ...finding, line: document.lines.get(path) };
}
