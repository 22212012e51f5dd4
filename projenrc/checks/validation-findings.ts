/** What CDK's validation and our policy found in synthesized programs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Report {
  readonly pluginReports: readonly { readonly pluginName: string; readonly conclusion: string; readonly violations: readonly object[] }[];
}

/** A run of a program, as test/setup/synthesize-programs.ts takes it. */
export interface Job {
  readonly title: string;
  readonly program: string;
  readonly outdir: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly isValidated: boolean;
}

/** Findings of CDK's rules that are warnings elsewhere are errors with it. */
export const STRICT = { 'aws:cdk:disable-asset-staging': true, '@aws-cdk/core:strictCfnValidateErrors': true };

/** @returns one text for each plugin that found something, or that could not run */
export function findingsOf({ title, outdir }: Job): string[] {
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
  return pluginReports
    .filter(({ conclusion, violations }) => conclusion !== 'success' || violations.length > 0)
    .map((report) => `${title}: ${JSON.stringify(report, undefined, 2)}`);
}
