import * as fc from 'fast-check';
import { BareMetalCluster, VSphereCluster } from '../../../src';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { newApp, synthesized } from '../../eks-anywhere/sample';
import { validBareMetal, validVSphere } from '../../eks-anywhere/valid-props';
import { differences } from './differences';
import { runProgram } from './run-program';

/** The cluster.yaml that the imported program writes. */
function again(cluster: string, hardware?: string): string {
  const { program, findings } = importCluster({
    cluster,
    hardware: hardware === undefined ? undefined : { text: hardware, path: 'hardware.csv' },
  });
  expect(findings).toEqual([]);
  return runProgram(program!, hardware)['cluster.yaml'];
}

test('whatever valid properties say on bare metal, the imported program means the same', () => {
  fc.assert(fc.property(validBareMetal, (props) => {
    const app = newApp();
    new BareMetalCluster(app, 'Any', props);
    const cluster = synthesized(app, 'Any/cluster.yaml');
    expect(differences(cluster, again(cluster, synthesized(app, 'Any/hardware.csv')))).toEqual([]);
  }), { numRuns: 10 });
}, 30_000);

test('whatever valid properties say on vSphere, the imported program means the same', () => {
  fc.assert(fc.property(validVSphere, (props) => {
    const app = newApp();
    new VSphereCluster(app, 'Any', props);
    const cluster = synthesized(app, 'Any/cluster.yaml');
    expect(differences(cluster, again(cluster))).toEqual([]);
  }), { numRuns: 10 });
}, 30_000);
