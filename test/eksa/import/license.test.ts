import { readFileSync } from 'fs';
import { join } from 'path';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { runProgram } from './run-program';

const JWT = 'eyJhbGciOiJFUzM4NCJ9.eyJlbmRWYWxpZGl0eSI6IngifQ.c2lnbmF0dXJl';
const CLUSTER = readFileSync(join(__dirname, 'bases/dk-etcd.yaml'), 'utf8');

function programFor(change: (cluster: string) => string): string {
  const { program, findings } = importCluster({ cluster: change(CLUSTER) });
  expect(findings).toEqual([]);
  return program!;
}

function withToken(token: string) {
  return (cluster: string) => cluster.replace(/^ {2}kubernetesVersion/m, `  licenseToken: "${token}"\n$&`);
}

test('a licence token becomes a reference, named for its cluster, and the program says so', () => {
  const program = programFor(withToken(JWT));
  expect(program).not.toContain(JWT);
  expect(program).toContain(
    '// The licence token is not part of a program: hybridge eksa render takes it from\n//   EKSA_LICENSE_TOKEN_DEV\n',
  );
  expect(program).toContain("licenseToken: LicenseToken.fromEnvironment('EKSA_LICENSE_TOKEN_DEV'),");
  expect(runProgram(program)['cluster.yaml']).toContain('licenseToken: ${env:EKSA_LICENSE_TOKEN_DEV}\n');
});

test.each([
  ['${env:MY_TOKEN}', "LicenseToken.fromEnvironment('MY_TOKEN')"],
  ['${secretsmanager:site/eksa#token}', "LicenseToken.fromSecretsManager('site/eksa', 'token')"],
])('the reference %s stays what it is', (placeholder, expression) => {
  const program = programFor(withToken(placeholder));
  expect(program).toContain(`licenseToken: ${expression},`);
  expect(runProgram(program)['cluster.yaml']).toContain(`licenseToken: ${placeholder}\n`);
});

test('arguments of the API server are kept, without a flag for the import itself', () => {
  const program = programFor((cluster) =>
    cluster.replace('controlPlaneConfiguration:', "controlPlaneConfiguration:\n    apiServerExtraArgs: { v: '2' }"),
  );
  expect(program).toContain("apiServerExtraArgs: { v: '2' }");
  expect(runProgram(program)['cluster.yaml']).toContain('apiServerExtraArgs:\n      v: "2"\n');
});
