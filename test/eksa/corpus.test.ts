import { check } from '../../src/eksa/check-text';
import { foreignFile, testWithForeignFiles } from './recorded-data';

interface Verdict {
  readonly file: string;
  readonly csv: string | null;
  readonly accepted: boolean;
}

/** Files of EKS Anywhere's own tests that its CLI accepts and the rules here refuse, by the first rule that does. */
const STRICTER: Readonly<Record<string, string>> = {
  'conformance/sample_cluster.yaml': 'S1', // no osFamily, which the schema requires
  'conformance/template/example.yaml': 'SSH', // a placeholder for the key, which fails later
  'pkg/cluster/testdata/docker_cluster_oidc_awsiam_gitops.yaml': 'X5', // back ends named mode1 and mode2
};

testWithForeignFiles('judges the files of the EKS Anywhere repository as its CLI does, its version apart', () => {
  const { verdicts } = JSON.parse(foreignFile('verdicts.json')) as { verdicts: Verdict[] };
  const wrong = verdicts.filter(({ file }) => file.endsWith('.yaml')).flatMap(({ file, csv, accepted }) => {
    const findings = check(foreignFile(`corpus/${file}`), csv ? foreignFile(`corpus/${csv}`) : undefined);
    // The files are older than the versions that v0.26 knows.
    const [first] = findings.filter(({ severity, ruleId }) => severity === 'error' && ruleId !== 'version');
    const expected = STRICTER[file] ?? (accepted ? undefined : first?.ruleId ?? 'a refusal');
    return first?.ruleId === expected ? [] : [`${file}: expected ${expected}, got ${first?.ruleId} ${first?.path} ${first?.message}`];
  });
  expect(wrong).toEqual([]);
});
