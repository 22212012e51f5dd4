/** What the tools will say of a licence token, which only the machine that installs the cluster has. */
import { check } from '../../src/eksa/check-text';
import { describeFindings } from './finding-text.ts';

/**
 * @param path of the filled cluster.yaml
 * @returns what to print, without the token; undefined where nothing is wrong
 */
export function licenseProblems(path: string, clusterYaml: string): string | undefined {
  const findings = check(clusterYaml).filter(({ ruleId }) => ruleId.startsWith('license-')).map((finding) => ({ ...finding, file: path }));
  return findings.length === 0 ? undefined : describeFindings(findings, 'the files were written all the same');
}
