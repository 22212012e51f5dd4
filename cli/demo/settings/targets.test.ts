/** The example with a data plane on every target, as it is synthesized: what the demo reads out of it, and what nodes make of that. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../../gateway/contract.ts';
import { createSelfSignedCertificate } from '../../../gateway/src/base/self-signed-certificate.ts';
import { readSettings } from '../../../gateway/src/settings/read.ts';
import { temporaryFolder } from '../../../gateway/test/setup/temporary-folder.ts';
import { synthesize } from '../synthesis.ts';
import { readTopology } from '../topology.ts';
import type { Topology } from '../topology.ts';
import { environmentOf, localSettings } from './local-settings.ts';
import type { LocalPlane } from './local-settings.ts';
import { onTargets, settingsOf, targetWords } from './sources.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const folder = temporaryFolder('targets');
const assembly = join(folder, 'cdk.out');
let topology: Topology;
let local: LocalPlane;

beforeAll(async () => {
  const program = join(ROOT, 'examples', 'every-target', 'app.ts');
  process.env.CDK_VALIDATION = 'false';
  await synthesize(
    `"${process.execPath}" "${join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs')}" --tsconfig `
      + `"${join(ROOT, 'examples', 'tsconfig.json')}" "${program}"`,
    assembly,
    join(folder, 'synth.log'),
  );
  topology = readTopology(assembly);
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering', days: 1 });
  const pem = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return { path: join(folder, name), text };
  };
  local = {
    prefix: join(folder, 'prefix'),
    certificate: pem('tls.crt', certificate),
    key: pem('tls.key', key),
    configuration: '127.0.0.1:8005',
    telemetry: '127.0.0.1:8006',
    portFor: (port) => port,
  };
}, 60_000);
afterAll(() => {
  delete process.env.CDK_VALIDATION;
  rmSync(folder, { recursive: true, force: true });
});

const PLANES = ['on-eks', 'on-eks-anywhere', 'on-ecs', 'on-ec2', 'on-docker'];
const synthesized = (id: string) => settingsOf(topology.dataPlanes.find((plane) => plane.id === id)!, assembly);

/** All settings of a node, defaults included. Where certificate and key came from may differ. */
function effective(id: string) {
  const { settings, warnings } = readSettings(environmentOf(localSettings(synthesized(id).settings, local)));
  const { tunnel: { identity, files, ...tunnel }, ...others } = settings;
  return {
    ...others,
    tunnel: { ...tunnel, certificate: identity?.certificate.trim() },
    warnings: warnings.filter((text) => text.includes('unknown')),
  };
}

describe('a node', () => {
  it.each(PLANES)('has the same effective settings %s as anywhere', (id) => {
    expect(effective(id)).toEqual(effective('on-eks'));
    expect(effective(id)).toMatchObject({
      role: 'data_plane',
      database: 'off',
      logLevel: 'info',
      tunnel: { mode: 'shared', labels: { tier: 'edge' }, certificate: local.certificate.text.trim() },
    });
  });

  it.each(PLANES)('gets the same setting names %s', (id) => {
    // Secrets by name are variables on ECS, and files elsewhere.
    const namesOf = (plane: string) => synthesized(plane).settings.map(({ name }) => name).filter((name) => /^(KONG|HYBRIDGE)_/.test(name));
    const names = namesOf(id);
    expect(names.toSorted()).toEqual(namesOf('on-eks').toSorted());
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the settings of a plane', () => {
  it.each([
    ['on-eks', 'on-eks/3-plane.k8s.yaml: Deployment'],
    ['on-eks-anywhere', 'on-eks-anywhere/3-plane.k8s.yaml: Deployment'],
    ['on-ecs', 'Cloud.template.json: task definition ControlPlaneOnEcsTask'],
    ['on-ec2', 'Cloud.template.json: user data of ControlPlaneOnEc2LaunchTemplate'],
    ['on-docker', 'on-docker/compose.yaml: plane.env, deployed.env'],
  ])('%s are read from %s', (id, readFrom) => {
    expect(synthesized(id).readFrom).toContain(readFrom);
  });

  it.each([
    ['on-eks-anywhere', 'Secret deployed-values, key kong_cluster_control_plane'],
    ['on-ecs', /^<deployed: ControlPlaneTunnelHost\w+\.Value>:8005$/],
    ['on-ec2', /^<deployed: ControlPlaneTunnelHost\w+\.Value>:8005$/],
    ['on-docker', 'parameter /hybridge/Cloud/on-docker/kong_cluster_control_plane'],
  ])('say where %s gets what is known after deployment only', (id, from) => {
    expect(synthesized(id).settings.find(({ name }) => name === ENV.clusterControlPlane)).toEqual({
      name: ENV.clusterControlPlane,
      from: typeof from === 'string' ? from : expect.stringMatching(from),
    });
  });

  it('say which property of which secret becomes the environment of a task', () => {
    const secrets = synthesized('on-ecs').settings.filter(({ isContent }) => isContent);
    expect(secrets).toEqual([
      {
        name: ENV.clusterCert,
        from: expect.stringMatching(/^secret <deployed: ControlPlaneTunnelSecret\w+>, property certificate$/),
        isContent: true,
      },
      {
        name: ENV.clusterCertKey,
        from: expect.stringMatching(/^secret <deployed: ControlPlaneTunnelSecret\w+>, property privateKey$/),
        isContent: true,
      },
      { name: ENV.sslCert, from: expect.stringMatching(/^secret .*:secret:gateways\/edge, property certificate$/), isContent: true },
      { name: ENV.sslCertKey, from: expect.stringMatching(/^secret .*:secret:gateways\/edge, property privateKey$/), isContent: true },
      { name: 'PARTNER_KEY', from: expect.stringMatching(/^secret .*:secret:partners\/acme, property apiKey$/), isContent: true },
    ]);
  });

  it('are not to be had for a plane that was not synthesized', () => {
    const stranger = { id: 'stranger', role: 'data_plane' as const, manifests: [] };
    for (const [target, message] of [
      ['eks', 'no Deployment in'],
      ['ecs', 'no AWS::ECS::TaskDefinition'],
      ['auto-scaling-group', 'no AWS::EC2::LaunchTemplate'],
      ['docker', 'compose.yaml is not among'],
      ['lambda', 'runs on lambda'],
    ]) {
      expect(() => settingsOf({ ...stranger, target }, assembly)).toThrow(message);
    }
  });
});

describe('--from', () => {
  it.each([
    ['ecs', ['on-ecs']],
    ['docker, ec2', ['on-ec2', 'on-docker']],
    ['all', PLANES],
    ['eks,all', PLANES],
  ])('%s chooses data planes', (words, expected) => {
    expect(onTargets(topology, targetWords(words)).dataPlanes.map(({ id }) => id)).toEqual(expected);
  });

  it('refuses a word that is no target, with those that are', () => {
    expect(() => targetWords('ecs,lambda')).toThrow("--from: got 'lambda', expected eks, eks-anywhere, ecs, ec2, docker, all");
  });

  it('refuses a target that no data plane runs on, with those that there are', () => {
    const without = { ...topology, dataPlanes: topology.dataPlanes.filter(({ target }) => target?.startsWith('eks')) };
    expect(() => onTargets(without, ['ecs'])).toThrow(
      '--from: no data plane of this topology runs on ecs; it has some on eks, eks-anywhere',
    );
  });
});
