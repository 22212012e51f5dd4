import { readFileSync } from 'fs';
import { join } from 'path';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { diff } from '../../../src/eksa/update/diff-text';
import { runProgram } from './run-program';

const CLUSTER = readFileSync(join(__dirname, 'bases', 'vs-two.yaml'), 'utf8');

test.each([
  [
    'a network without a mode',
    '{ ipv4NativeRoutingCIDR: 10.0.0.0/8 }',
    "{ routingMode: CiliumRoutingMode.OVERLAY, nativeRoutingCidr: '10.0.0.0/8' }",
  ],
  ['a mode by name', '{ routingMode: overlay }', '{ routingMode: CiliumRoutingMode.OVERLAY }'],
  ['a network of IPv6 alone', '{ routingMode: "", ipv6NativeRoutingCIDR: "fd00::/16" }', "{ ipv6NativeRoutingCidr: 'fd00::/16' }"],
  [
    'direct routing with an empty network of IPv6',
    '{ routingMode: direct, ipv4NativeRoutingCIDR: 10.0.0.0/8, ipv6NativeRoutingCIDR: "" }',
    "{ nativeRoutingCidr: '10.0.0.0/8' }",
  ],
  ['defaults that are written out', '{ cniExclusive: true, policyEnforcementMode: "" }', '{ exclusive: true }'],
])('Cilium with %s is imported so that nothing changes', (_title, cilium, expected) => {
  const cluster = CLUSTER.replace('cilium: {}', `cilium: ${cilium}`);
  const { program, findings } = importCluster({ cluster });
  expect(findings).toEqual([]);
  expect(program).toContain(`cilium: ${expected},`);
  expect(diff(cluster, runProgram(program!)['cluster.yaml'])).toMatchObject({ changes: [], refusals: [] });
});
