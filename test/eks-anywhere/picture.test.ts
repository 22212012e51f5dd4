import { readFileSync } from 'fs';
import { join } from 'path';
import { Stage } from 'aws-cdk-lib';
import { BareMetalCluster, DockerCluster, EksAnywhereKubernetesVersion, HardwareInventory, VSphereCluster } from '../../src';
import { sceneOf } from '../../src/eksa/picture/scene';
import { drawSvg } from '../../src/eksa/picture/svg';
import { Topology } from '../../src/private/topology/topology';
import { bareMetal, machine, newApp, synthesized, vsphere } from './sample';

test('the picture of a bare-metal cluster shows machines, spare ones and networks', () => {
  const app = newApp();
  new BareMetalCluster(
    app,
    'Factory',
    bareMetal({ hardware: new HardwareInventory([machine(1, 'cp'), machine(2, 'worker'), machine(3, 'worker'), machine(4, 'none')]) }),
  );
  const svg = synthesized(app, 'Factory/cluster.svg');
  expect(svg).toMatchSnapshot();
  expect(svg).not.toContain('BMC_PASSWORD');
});

test('the picture contains machines that are added after the cluster', () => {
  const app = newApp();
  const hardware = new HardwareInventory([machine(1, 'cp'), machine(2, 'worker')]);
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware }));
  hardware.add(machine(3, 'worker'));
  expect(synthesized(app, 'Factory/cluster.svg')).toContain('node-03');
});

test('the picture is the one that hybridge eksa show draws from the files', () => {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal());
  new VSphereCluster(app, 'Plant', vsphere({ etcdNodes: { count: 3 } }));
  new DockerCluster(app, 'Laptop', {
    eksAnywhereVersion: 'v0.26.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
  });
  const folder = join(app.synth().directory, 'hybridge');
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  expect(read('Factory/cluster.svg')).toBe(drawSvg(sceneOf(read('Factory/cluster.yaml'), read('Factory/hardware.csv'))!));
  for (const id of ['Plant', 'Laptop']) expect(read(`${id}/cluster.svg`)).toBe(drawSvg(sceneOf(read(`${id}/cluster.yaml`))!));
});

test('topology.json lists the files of clusters where they are, in stages, too', () => {
  const app = newApp();
  new BareMetalCluster(app, 'Factory', bareMetal());
  const stage = new Stage(app, 'Test');
  new VSphereCluster(stage, 'Plant', vsphere());
  Topology.of(app).addHandoff({ site: 'factory', folder: 'handoff', files: [] });
  expect(JSON.parse(synthesized(app, 'topology.json')).clusters).toEqual([
    expect.objectContaining({ name: 'factory', folder: 'Factory', files: ['cluster.yaml', 'hardware.csv', 'cluster.svg'] }),
    expect.objectContaining({ name: 'plant', folder: 'Test/Plant', files: ['cluster.yaml', 'cluster.svg'] }),
  ]);
});
