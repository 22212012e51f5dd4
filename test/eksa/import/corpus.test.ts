import { importCluster } from '../../../src/eksa/import/import-cluster';
import { foreignFile, testWithForeignFiles } from '../recorded-data';
import { mended } from './corpus-text';
import { differences } from './differences';
import { runProgram } from './run-program';

function files(): string[] {
  const { verdicts } = JSON.parse(foreignFile('verdicts.json')) as { verdicts: { readonly file: string }[] };
  return verdicts.map(({ file }) => file).filter((file) => file.endsWith('.yaml'));
}

testWithForeignFiles('every file of the EKS Anywhere repository ends in a program or in reasons', () => {
  for (const file of files()) {
    const { program, findings } = importCluster({ cluster: foreignFile(`corpus/${file}`) });
    expect({
      file,
      isAnswered: program !== undefined || (findings.length > 0 && findings.every(({ path, message }) => path && message)),
    }).toEqual({ file, isAnswered: true });
  }
});

testWithForeignFiles('the programs of those files, versions and placeholders apart, synthesize documents that mean the same', () => {
  const outcomes = files().map((file) => {
    const cluster = mended(foreignFile(`corpus/${file}`));
    const { program, findings } = importCluster({ cluster });
    return {
      file,
      program,
      changed: program === undefined ? [] : differences(cluster, runProgram(program)['cluster.yaml']),
      unsaid: findings.filter(({ ruleId }) => ruleId === 'import'),
    };
  });
  expect(outcomes.filter(({ changed, unsaid }) => changed.length + unsaid.length > 0)).toEqual([]);
  expect(outcomes.filter(({ program }) => program !== undefined).length).toBeGreaterThan(10);
});
