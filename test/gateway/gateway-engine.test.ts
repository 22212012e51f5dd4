import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { EksTarget } from '../../src';
import { environment, only, testCluster, testControlPlane, testStack, writtenManifests } from './sample';

/** Images that a stack publishes. */
function images(app: App, stack: string): any[] {
  const { dockerImages } = JSON.parse(readFileSync(join(app.synth().directory, `${stack}.assets.json`), 'utf8'));
  return Object.values(dockerImages);
}

describe('the packaged image', () => {
  const cloud = testStack();
  const app = cloud.node.root as App;
  const virginia = testStack('us-east-1', app, 'Virginia');
  const cluster = testCluster(cloud);
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster) });
  controlPlane.addDataPlane('Near', { target: EksTarget.cluster(cluster) });
  controlPlane.addDataPlane('Far', { target: EksTarget.cluster(testCluster(virginia)) });

  it('is built for linux/amd64 from the bundle, once for each stack', () => {
    for (const stack of ['Cloud', 'Virginia']) {
      const [image, ...others] = images(app, stack);
      expect(others).toEqual([]);
      expect(image.source).toMatchObject({ platform: 'linux/amd64', directory: expect.stringMatching(/bundle[/\\]image$/) });
    }
  });

  it('is pulled from the registry of the region that the plane runs in, with one tag everywhere', () => {
    const [control, near, far] = ['control-plane', 'near', 'far'].map(
      (plane) => only(writtenManifests(cloud, plane), 'Deployment').spec.template.spec.containers[0].image,
    );
    expect(control).toMatch(/\.dkr\.ecr\.eu-central-1\./);
    expect(near).toBe(control);
    expect(far).toMatch(/\.dkr\.ecr\.us-east-1\./);
    expect(far.split(':').pop()).toBe(control.split(':').pop());
  });

  it('runs both roles: the setting says which', () => {
    expect(['control-plane', 'near'].map((plane) => environment(only(writtenManifests(cloud, plane), 'Deployment')).KONG_ROLE)).toEqual([
      { value: 'control_plane' },
      { value: 'data_plane' },
    ]);
  });
});
