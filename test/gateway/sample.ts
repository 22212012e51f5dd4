/** A small topology for the tests of this folder and its neighbours: everything in one stack. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { BareMetalCluster, CloudCluster, EksTarget, GatewayControlPlane, GatewayDatabase, GatewayEngine, Trust } from '../../src';
import type { CloudClusterProps, GatewayControlPlaneProps } from '../../src';
import { bareMetal } from '../eks-anywhere/sample';

/** Assets are not copied: 60 MB of kubectl for each synthesis. */
const CONTEXT = { 'aws:cdk:disable-asset-staging': true };

export function testApp(context: Record<string, unknown> = {}): App {
  return new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk.out')), context: { ...CONTEXT, ...context } });
}

export function testStack(region = 'eu-central-1', app = testApp(), id = 'Cloud'): Stack {
  return new Stack(app, id, { env: { region }, crossRegionReferences: true });
}

/** Any archive does: nothing is deployed. */
export function kubectlLayer(scope: Construct): lambda.ILayerVersion {
  return lambda.LayerVersion.fromLayerVersionArn(scope, 'Kubectl', 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1');
}

export function testCluster(scope: Construct, props: Partial<CloudClusterProps> = {}): CloudCluster {
  return new CloudCluster(scope, 'Cluster', { kubernetesVersion: KubernetesVersion.V1_35, kubectlLayer: kubectlLayer(scope), ...props });
}

export function testControlPlane(scope: Construct, props: Partial<GatewayControlPlaneProps> = {}): GatewayControlPlane {
  return new GatewayControlPlane(scope, 'ControlPlane', {
    target: props.target ?? EksTarget.cluster(testCluster(scope)),
    engine: GatewayEngine.packaged(),
    database: GatewayDatabase.auroraServerless(),
    trust: Trust.generated(),
    ...props,
  });
}

export function testFactory(scope: Construct): BareMetalCluster {
  return new BareMetalCluster(scope, 'Factory', bareMetal());
}

export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: any;
  readonly data?: Record<string, string>;
}

/** A plane as `topology.json` shows it. */
export function topologyEntry(scope: Construct, id: string): any {
  const { directory } = (scope.node.root as App).synth();
  return JSON.parse(readFileSync(join(directory, 'hybridge', 'topology.json'), 'utf8')).planes.find(
    (entry: { id: string }) => entry.id === id,
  );
}

/** The manifests of a plane, as synthesis writes them for people to read. */
export function writtenManifests(scope: Construct, plane: string): Manifest[] {
  const { directory } = (scope.node.root as App).synth();
  const topology = JSON.parse(readFileSync(join(directory, 'hybridge', 'topology.json'), 'utf8'));
  const { manifests } = topology.planes.find(({ id }: { id: string }) => id === plane);
  return manifests.flatMap((file: string) =>
    parseAllDocuments(readFileSync(join(directory, 'hybridge', plane, file), 'utf8')).map((document) => document.toJS()),
  );
}

export function only<T extends Manifest>(manifests: readonly T[], kind: string, name?: string): T {
  const found = manifests.filter((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
  expect(found).toHaveLength(1);
  return found[0];
}

/** `env` of a plane's container, by name. */
export function environment(deployment: Manifest): Record<string, unknown> {
  return Object.fromEntries(deployment.spec.template.spec.containers[0].env.map(({ name, ...rest }: { name: string }) => [name, rest]));
}


/** The first entry for a handoff in `topology.json`, and the files that it names. */
export function writtenHandoff(scope: Construct): { entry: any; texts: Record<string, string> } {
  const { directory } = (scope.node.root as App).synth();
  const [entry] = JSON.parse(readFileSync(join(directory, 'hybridge', 'topology.json'), 'utf8')).handoffs;
  return {
    entry,
    texts: Object.fromEntries(
      entry.files.map((file: string) => [file, readFileSync(join(directory, 'hybridge', entry.folder, file), 'utf8')]),
    ),
  };
}
