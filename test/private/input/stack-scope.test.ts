/** A construct that CloudFormation creates, given to an app: refused with the path that the program knows. */
import type { App } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import {
  CloudCluster, CognitoIdentity, EksConnector, GatewayControlPlane, GatewayDataPlane, GatewayObservability, Handoff, OidcIssuer,
  OpenSearchLogs, RolesAnywhere, Trust, ValkeyCache,
} from '../../../src';
import { kubectlLayer, testApp, testControlPlane, testFactory, testStack } from '../../gateway/sample';

const endpoints = { tunnelEndpoint: 'cp.acme.example:8005', telemetryEndpoint: 'tp.acme.example:8006' };

const outside: Record<string, (app: App) => unknown> = {
  'GatewayControlPlane.fromAttributes': (app) =>
    GatewayControlPlane.fromAttributes(app, 'Lost', { ...endpoints, trust: Trust.certManager({ issuerName: 'tunnels' }) }),
  'GatewayDataPlane': (app) =>
    new GatewayDataPlane(app, 'Lost', { controlPlane: testControlPlane(testStack()), target: undefined as never }),
  'CloudCluster': (app) =>
    new CloudCluster(app, 'Lost', { kubernetesVersion: KubernetesVersion.V1_35, kubectlLayer: kubectlLayer(testStack()) }),
  'CognitoIdentity': (app) => new CognitoIdentity(app, 'Lost'),
  'OpenSearchLogs': (app) => new OpenSearchLogs(app, 'Lost', { vpc: new Vpc(testStack(), 'Vpc') }),
  'ValkeyCache': (app) => new ValkeyCache(app, 'Lost', { vpc: new Vpc(testStack(), 'Vpc') }),
  'GatewayObservability': (app) => new GatewayObservability(app, 'Lost', { watch: [] }),
  'Handoff': (app) => new Handoff(app, 'Lost'),
  'EksConnector': (app) => new EksConnector(app, 'Lost', { cluster: testFactory(app) } as never),
  'OidcIssuer': (app) => new OidcIssuer(app, 'Lost', { bucketName: 'acme-tokens' }),
  'RolesAnywhere': (app) => new RolesAnywhere(app, 'Lost', {} as never),
};

it.each(Object.keys(outside))('%s outside a stack', (name) => {
  expect(() => outside[name]!(testApp())).toThrow('Lost: scope: got the app, expected a stack, or a construct in a stack');
});

it('a construct between them does not help, a stack does', () => {
  const app = testApp();
  expect(() => new CognitoIdentity(new Construct(app, 'Group'), 'Lost')).toThrow('Group/Lost: scope: got Group, expected a stack');
  expect(() => new CognitoIdentity(new Construct(testStack('eu-central-1', app), 'Group'), 'Identity')).not.toThrow();
});
