import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { fillablePackages } from './package-secrets.ts';
import { fillTexts } from './placeholder-values.ts';

const PACKAGES = `apiVersion: packages.eks.amazonaws.com/v1alpha1
kind: Package
metadata:
  name: harbor
spec:
  packageName: harbor
  config: |-
    secretKey: \${env:HARBOR_KEY}
    list:
      - \${env:HARBOR_ADMIN}
      - \${MY_POD_IP}:8888
---
apiVersion: packages.eks.amazonaws.com/v1alpha1
kind: Package
metadata:
  name: prometheus
spec:
  packageName: prometheus
`;

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder('packages');
  file = join(folder, 'packages.yaml');
  writeFileSync(file, PACKAGES);
});
async function filledPackages(environment: Record<string, string>): Promise<string> {
  const { texts, fill } = fillablePackages(file);
  return fill(await fillTexts(texts, environment));
}

it('leaves a file as it is but for the placeholders', async () => {
  expect(await filledPackages({ HARBOR_KEY: 'sixteen-letters-', HARBOR_ADMIN: 'admin' })).toBe(
    PACKAGES.replace('${env:HARBOR_KEY}', 'sixteen-letters-').replace('${env:HARBOR_ADMIN}', 'admin'),
  );
});

it.each(['yes', '0o17', 'a: b #c', '- "x\' {', 'two\nlines', '${env:OTHER}'])('keeps the secret %j one text', async (secret) => {
  const [harbor, prometheus] = parseAllDocuments(await filledPackages({ HARBOR_KEY: secret, HARBOR_ADMIN: 'x' })).map((document) =>
    document.toJS(),
  );
  expect(parse(harbor.spec.config)).toEqual({ secretKey: secret, list: ['x', '${MY_POD_IP}:8888'] });
  expect(prometheus.spec).toEqual({ packageName: 'prometheus' });
});

it('names the package and setting of every value that is missing', async () => {
  await expect(filledPackages({})).rejects.toThrow(
    "2 values are missing: package 'harbor': secretKey needs the environment variable HARBOR_KEY, which is not "
      + "set; package 'harbor': list.0 needs",
  );
});
