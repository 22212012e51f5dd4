/** Findings as people read them. */
import type { Finding } from '../../src/eksa/finding';
import type { GivenFiles } from './given-files.ts';
import { isOfWholeFile, namedAsGiven } from './given-files.ts';

interface FindingInFile extends Finding {
  readonly file: string;
}

/**
 * Two lines a finding, in the order of the files, and a summary; what is wrong with a file as a whole comes first:
 *
 *     cluster.yaml:12  error C8  Cluster.spec.controlPlaneConfiguration.count is 0; expected 1 or more
 *       → set it to an odd number
 */
export function describeFindings(findings: readonly FindingInFile[], summary: string, files?: GivenFiles): string {
  const named = (text: string) => files ? namedAsGiven(text, files) : text;
  const sorted = [...findings].sort((one, other) => compare(one.file, other.file)
    || Number(isOfWholeFile(other)) - Number(isOfWholeFile(one)) || (one.line ?? 0) - (other.line ?? 0));
  const places = sorted.map(({ file, line }) => line === undefined ? file : `${file}:${line}`);
  const width = widest(places);
  const rules = widest(sorted.map(ruleText));
  const lines = sorted.flatMap((finding, at) => [
    `${places[at]!.padEnd(width)}  ${ruleText(finding).padEnd(rules)}  ${named(finding.path)} ${named(finding.message)}`,
    ...(finding.fix ? [`${''.padEnd(width)}  → ${named(finding.fix)}`] : []),
  ]);
  return [...lines, ...(lines.length > 0 ? [''] : []), summary, ''].join('\n');
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function ruleText({ severity, ruleId }: Finding): string {
  return `${severity} ${ruleId}`;
}
