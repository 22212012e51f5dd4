/** Findings as people read them. */
import type { Finding } from '../../src/eksa/finding';
import type { GivenFiles } from './given-files.ts';
import { isOfWholeFile, namedAsGiven } from './given-files.ts';

interface FindingInFile extends Finding {
  readonly file: string;
}

/** Place and rule are in front of the finding while they are not wider than this; else above it. */
const WIDEST_MARGIN = 48;

/**
 * The findings in the order of the files, and a summary; what is wrong with a file as a whole comes first:
 *
 *     cluster.yaml:12  error C8  Cluster.spec.controlPlaneConfiguration.count is 0; expected 1 or more
 *                      → set it to an odd number
 *
 * or, where paths are long:
 *
 *     sites/factory/frankfurt/bare-metal/cluster.yaml:12  error C8
 *       Cluster.spec.controlPlaneConfiguration.count is 0; expected 1 or more
 *       → set it to an odd number
 */
export function describeFindings(findings: readonly FindingInFile[], summary: string, files?: GivenFiles): string {
  const sorted = [...findings].sort((one, other) => compare(one.file, other.file)
    || Number(isOfWholeFile(other)) - Number(isOfWholeFile(one)) || (one.line ?? 0) - (other.line ?? 0));
  const width = widest(sorted.map(placeText));
  const rules = widest(sorted.map(ruleText));
  const isNarrow = width + rules <= WIDEST_MARGIN;
  const lines = sorted.flatMap((finding) => {
    const [said, ...fix] = saidOf(finding, files);
    return isNarrow
      ? [
        `${placeText(finding).padEnd(width)}  ${ruleText(finding).padEnd(rules)}  ${said}`,
        ...fix.map((line) => `${''.padEnd(width)}  ${line}`),
      ]
      : [`${placeText(finding)}  ${ruleText(finding)}`, ...[said, ...fix].map((line) => `  ${line}`)];
  });
  return [...lines, ...(lines.length > 0 ? [''] : []), summary, ''].join('\n');
}

/** What is wrong, and what to do about it. */
function saidOf({ path, message, fix }: Finding, files?: GivenFiles): [string, ...string[]] {
  const named = (text: string) => files ? namedAsGiven(text, files) : text;
  return [`${named(path)} ${named(message)}`, ...(fix ? [`→ ${named(fix)}`] : [])];
}

function placeText({ file, line }: FindingInFile): string {
  return line === undefined ? file : `${file}:${line}`;
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
