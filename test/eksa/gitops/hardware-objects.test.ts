import { readFileSync } from 'fs';
import { join } from 'path';
import { bmcSecret, hardwareObjects, hasBmc } from '../../../src/eksa/gitops/hardware-objects';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { toYaml } from '../../../src/eksa/yaml/emit';
import { parseClusterFile } from '../../../src/eksa/yaml/parse';

const recorded = (name: string) => readFileSync(join(__dirname, 'recorded', name), 'utf8');
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly connection?: { readonly host?: string } };
}

const objectsIn = (yaml: string) =>
  parseClusterFile(yaml).documents.map(({ content: { status: _status, ...content } }) => content as unknown as KubernetesObject);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What the tool writes for machines without a BMC cannot be applied: a Machine without host, and its Secret. */
function applicable(yaml: string) {
  const all = objectsIn(yaml);
  const hostless = all.filter(({ kind, spec }) => kind === 'Machine' && !spec?.connection?.host).map(({ metadata }) => metadata.name);
  return all.filter(({ metadata }) => !hostless.some((name) => [name, `${name}-auth`].includes(metadata.name)));
}

const byName = (objects: readonly { kind: string; metadata: { name: string } }[]) =>
  [...objects].sort((one, other) => `${one.kind} ${one.metadata.name}`.localeCompare(`${other.kind} ${other.metadata.name}`));

describe('Kubernetes objects of hardware.csv', () => {
  test.each(['bmc', 'mixed', 'no-bmc'])('are those that the EKS Anywhere CLI makes, for %s', (name) => {
    const { machines } = parseHardware(recorded(`${name}.csv`));
    const secrets = machines
      .filter(hasBmc)
      .map((machine) => bmcSecret(machine, { username: base64(machine.cells.bmc_username), password: base64(machine.cells.bmc_password) }));
    const ours = objectsIn(toYaml([...hardwareObjects(machines).objects, ...secrets]));
    expect(byName(ours)).toEqual(byName(applicable(recorded(`${name}.yaml`))));
  });

  test('hold no credentials, and name the Secrets that they need', () => {
    const { objects, missingSecrets } = hardwareObjects(parseHardware(recorded('bmc.csv')).machines);
    expect(toYaml(objects)).not.toMatch(/change-me|Y2hhbmdlLW1l|kind: Secret/);
    expect(missingSecrets).toEqual([{ name: 'bmc-node-01-auth', hostname: 'node-01' }, { name: 'bmc-node-02-auth', hostname: 'node-02' }]);
  });

  test('fetch credentials from Secrets Manager where a store is named', () => {
    const csv = recorded('bmc.csv').replaceAll(
      'admin,change-me',
      '${secretsmanager:site/bmc#username},${secretsmanager:site/bmc#password}',
    );
    const { objects, missingSecrets } = hardwareObjects(parseHardware(csv).machines, { kind: 'ClusterSecretStore', name: 'aws' });
    expect(missingSecrets).toEqual([]);
    expect(objects.filter((object) => (object as { kind: string }).kind === 'ExternalSecret')[0]).toEqual({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'bmc-node-01-auth', namespace: 'eksa-system' },
      spec: {
        refreshInterval: '1h0m0s',
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' },
        target: {
          name: 'bmc-node-01-auth',
          template: { type: 'kubernetes.io/basic-auth', metadata: { labels: { 'clusterctl.cluster.x-k8s.io/move': 'true' } } },
        },
        data: [
          { secretKey: 'username', remoteRef: { key: 'site/bmc', property: 'username' } },
          { secretKey: 'password', remoteRef: { key: 'site/bmc', property: 'password' } },
        ],
      },
    });
  });
});
