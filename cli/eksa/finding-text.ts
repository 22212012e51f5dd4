/** Findings as people read them. */
import type { Finding } from '../../src/eksa/finding';

interface FindingInFile extends Finding {
  readonly file: string;
}

/**
 * Two lines a finding, in the order of the files, and a summary:
 *
 *     cluster.yaml:12  error C8  Cluster.spec.controlPlaneConfiguration.count is 0; expected 1 or more
 *       → set it to an odd number
 */
export function describeFindings(findings: readonly FindingInFile[], summary: string): string {
  const sorted = [...findings].sort((one, other) => one.file.localeCompare(other.file) || (one.line ?? 0) - (other.line ?? 0));
  const places = sorted.map(({ file, line }) => line === undefined ? file : `${file}:${line}`);
  const width = Math.max(0, ...places.map((place) => place.length));
  const rules = Math.max(0, ...sorted.map((finding) => ruleText(finding).length));
  const lines = sorted.flatMap((finding, at) => [
    `${places[at]!.padEnd(width)}  ${ruleText(finding).padEnd(rules)}  ${finding.path} ${finding.message}`,
    ...(finding.fix ? [`${''.padEnd(width)}  → ${finding.fix}`] : []),
  ]);
  return [...lines, ...(lines.length > 0 ? [''] : []), summary, ''].join('\n');
}

function ruleText({ severity, ruleId }: Finding): string {
  return `${severity} ${ruleId}`;
}
