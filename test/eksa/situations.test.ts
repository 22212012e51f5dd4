/** Files with which people got stuck, reported in public and rebuilt small: see recorded/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../src/eksa/check-text';
import { TODAY } from './today';

function findings(folder: string, cluster: string, hardware?: string): string[] {
  const read = (name: string) => readFileSync(join(__dirname, 'recorded', 'public', folder, name), 'utf8');
  return check(read(cluster), hardware && read(hardware), { today: TODAY })
    .map(({ severity, ruleId, path, line }) => `${severity} ${ruleId} ${path} ${line}`).sort();
}

const NETWORK = 'Cluster.spec.clusterNetwork';
const ENDPOINT = 'Cluster.spec.controlPlaneConfiguration.endpoint.host';
const MIRROR = 'Cluster.spec.registryMirrorConfiguration';

test.each<[string, string, string | undefined, string[]]>([
  // https://github.com/aws/eks-anywhere/issues/7443; the machines are in the default network of pods as well
  ['04-partition-as-disk', 'cluster.yaml', 'hardware.csv', [
    `error machines-in-network ${NETWORK}.pods.cidrBlocks[0] 11`,
    'error partition hardware.csv/u3.disk 3', 'error partition hardware.csv/u4.disk 2',
  ]],
  // https://github.com/aws/eks-anywhere/issues/3466, 2086 and 7962
  ['09-pods-cidr-is-machine-network', 'cluster.yaml', 'hardware.csv', [
    `error machines-in-network ${NETWORK}.pods.cidrBlocks[0] 11`,
    `warning endpoint-subnet ${ENDPOINT} 18`, 'warning tinkerbell-subnet TinkerbellDatacenterConfig/lab.spec.tinkerbellIP 40',
  ]],
  ['09-pods-cidr-is-machine-network', 'services-in-machines.yaml', 'hardware.csv', [
    `error machines-in-network ${NETWORK}.services.cidrBlocks[0] 14`,
    `warning endpoint-subnet ${ENDPOINT} 18`, 'warning tinkerbell-subnet TinkerbellDatacenterConfig/lab.spec.tinkerbellIP 40',
  ]],
  ['09-pods-cidr-is-machine-network', 'vsphere.yaml', undefined, [`error S9 ${ENDPOINT} 18`]],
  // https://github.com/aws/eks-anywhere/issues/5962 and 6418
  ['11-oci-namespaces', 'cluster.yaml', undefined, [`error S10 ${MIRROR}.port 30`, `warning mirror-public ${MIRROR}.ociNamespaces 31`]],
  ['11-oci-namespaces', 'string-port.yaml', undefined, [`warning mirror-public ${MIRROR}.ociNamespaces 31`]],
  ['11-oci-namespaces', 'url-endpoint.yaml', undefined, [`error mirror-endpoint ${MIRROR}.endpoint 29`]],
  ['37-endpoint-other-subnet', 'cluster.yaml', 'hardware.csv', [`warning endpoint-subnet ${ENDPOINT} 18`]],
  // This address is among those of Services, too.
  ['37-endpoint-other-subnet', 'tink.yaml', 'hardware.csv', [
    'error S9 TinkerbellDatacenterConfig/lab.spec.tinkerbellIP 40',
    'warning tinkerbell-subnet TinkerbellDatacenterConfig/lab.spec.tinkerbellIP 40',
  ]],
])('%s/%s', (folder, cluster, hardware, expected) => {
  expect(findings(folder, cluster, hardware)).toEqual(expected);
});
