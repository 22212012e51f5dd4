/**
 * Properties that need a plugin: a warning while the packaged gateway does not have it, none as soon as it does, and
 * never one with Kong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import {
  CognitoIdentity, EksTarget, GatewayEngine, GatewayObservability, KongEdition, MetricsDiscovery, OpenSearchLogs, ValkeyCache,
} from '../../src';
import * as bundle from '../../src/private/bundle';
import { testCluster, testControlPlane, testStack } from './sample';

const EVERY_USE = ['openid-connect', 'http-log', 'rate-limiting', 'prometheus'];

/** A topology that uses everything which needs a plugin. @returns ids of its warnings about plugins */
function warningsWith(engine: (scope: ReturnType<typeof testStack>) => GatewayEngine): string[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const target = EksTarget.cluster(cluster, { metricsDiscovery: MetricsDiscovery.ANNOTATIONS });
  const controlPlane = testControlPlane(stack, { target, engine: engine(stack) });
  controlPlane.addDataPlane('Plane', {
    target,
    identity: new CognitoIdentity(stack, 'Identity'),
    logs: new OpenSearchLogs(stack, 'Logs', { vpc: cluster.vpc, ingest: true }),
    cache: new ValkeyCache(stack, 'Cache', { vpc: cluster.vpc }),
  });
  new GatewayObservability(stack, 'Observability', { watch: [controlPlane] }).addKubernetesMonitoring(
    'Monitoring',
    EksTarget.cluster(cluster),
  );
  return stack.node.findAll().flatMap(({ node }) => node.metadata
    .filter(({ type, data }) => type === ArtifactMetadataEntryType.WARN && String(data).includes('cdk-hybridge:plugin.'))
    .map(({ data }) => `${node.path} ${String(data)}`));
}

const packaged = () => GatewayEngine.packaged();

it('the packaged gateway is warned about at each construct that promises a plugin', () => {
  const warnings = warningsWith(packaged);
  expect(warnings.map((warning) => warning.replace(/: the packaged gateway.*(cdk-hybridge:plugin[^\]]*).*/s, ' $1')).sort()).toEqual([
    'Cloud/ControlPlane target: metricsDiscovery cdk-hybridge:plugin.prometheus',
    'Cloud/ControlPlane/Plane cache cdk-hybridge:plugin.rate-limiting',
    'Cloud/ControlPlane/Plane identity cdk-hybridge:plugin.openid-connect',
    'Cloud/ControlPlane/Plane logs cdk-hybridge:plugin.http-log',
    'Cloud/ControlPlane/Plane target: metricsDiscovery cdk-hybridge:plugin.prometheus',
    'Cloud/Observability addKubernetesMonitoring cdk-hybridge:plugin.prometheus',
  ]);
  for (const warning of warnings) expect(warning).toContain('GatewayEngine.kongHelm()');
});

afterEach(() => vi.restoreAllMocks());

it('a plugin that the packaged gateway gets silences its warning, and no other', () => {
  const plugins = vi.spyOn(bundle, 'packagedPlugins');
  for (const arrived of EVERY_USE) {
    plugins.mockReturnValue(new Set([arrived]));
    const left = warningsWith(packaged).join('\n');
    expect(EVERY_USE.filter((plugin) => left.includes(`cdk-hybridge:plugin.${plugin}]`))).toEqual(
      EVERY_USE.filter((plugin) => plugin !== arrived),
    );
  }
  plugins.mockReturnValue(new Set(EVERY_USE));
  expect(warningsWith(packaged)).toEqual([]);
});

it('Kong has them', () => {
  const licensed = (scope: ReturnType<typeof testStack>) =>
    GatewayEngine.kongHelm({
      chartVersion: '3.4.1',
      edition: KongEdition.ENTERPRISE,
      gatewayVersion: '3.10.0.1',
      licence: Secret.fromSecretNameV2(scope, 'Licence', 'kong/licence'),
    });
  expect(warningsWith(licensed)).toEqual([]);
});

it('the list of the bundle is that of the plugins that data planes run, on the reference page', () => {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'reference', 'gateway.md'), 'utf8');
  const section = page.slice(page.indexOf('## Plugins'), page.indexOf('## Protocols'));
  const served = [...section.matchAll(/^\| `([^`]+)` \| -?\d+ \|.*\| yes \|$/gm)].map(([, name]) => name).sort();
  expect(served).toContain('key-auth');
  expect([...bundle.packagedPlugins()].sort()).toEqual(served);
});
