/**
 * What the External Secrets Operator is given. The API server drops silently what it does not know: every path is
 * compared with the tables of external-secrets.io/v1.
 */
import { App } from 'aws-cdk-lib';
import { CognitoIdentity, EksAnywhereTarget, Exposure, Handoff, OidcIssuer, SecretDelivery } from '../../src';
import { testControlPlane, testFactory, testStack, writtenManifests } from './sample';

/** Paths below spec that we use; `[]` is an item of a list. From the custom resource definitions of the operator 0.16 to 1.x. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ExternalSecret: [
    'refreshInterval', 'secretStoreRef.kind', 'secretStoreRef.name', 'target.name', 'target.creationPolicy', 'target.template.type',
    'data[].secretKey', 'data[].remoteRef.key', 'data[].remoteRef.property',
  ],
  SecretStore: ['provider.aws.service', 'provider.aws.region', 'provider.aws.auth.jwt.serviceAccountRef.name'],
};

/** Values that are one of a few. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'secretStoreRef.kind': ['SecretStore', 'ClusterSecretStore'],
  'target.creationPolicy': ['Owner', 'Orphan', 'Merge', 'None'],
  'provider.aws.service': ['SecretsManager', 'ParameterStore', 'CertificateManager'],
};

function leaves(value: unknown, path = ''): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, field]) => leaves(field, path ? `${path}.${name}` : name));
}

const stack = testStack();
const cluster = testFactory(stack.node.root as App);
const issuer = new OidcIssuer(stack, 'Issuer', { bucketName: 'acme-factory-tokens' });
const site = new Handoff(stack, 'Handoff').addSite('Factory');
const controlPlane = testControlPlane(stack);
const identity = new CognitoIdentity(stack, 'Identity');
const place = { exposure: Exposure.clusterIp(), imageRepository: 'registry.acme.example/hybridge' };
controlPlane.addDataPlane('Own', {
  identity,
  hostname: 'own.acme.example',
  target: EksAnywhereTarget.cluster(cluster, { ...place, site, delivery: SecretDelivery.externalSecrets({ issuer }) }),
});
controlPlane.addDataPlane('ByHand', { identity, hostname: 'hand.acme.example', target: EksAnywhereTarget.cluster(cluster, place) });

const objects = ['own', 'by-hand'].flatMap((plane) => writtenManifests(stack, plane)).filter(({ kind }) => FIELDS[kind]) as any[];

it('is five ExternalSecrets and a store', () => {
  expect(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort()).toEqual([
    ...Array(5).fill('external-secrets.io/v1 ExternalSecret'),
    'external-secrets.io/v1 SecretStore',
  ]);
});

it.each(objects.map((object): [string, any] => [`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object]))(
  '%s has known fields only',
  (_title, { kind, spec }) => {
    for (const [path, value] of leaves(spec)) {
      expect(FIELDS[kind]).toContain(path);
      expect(typeof value).toBe('string');
      if (ENUMS[path]) expect(ENUMS[path]).toContain(value);
    }
  },
);

it.each(objects.filter(({ kind }) => kind === 'ExternalSecret').map(({ metadata, spec }): [string, any] => [metadata.name, spec]))(
  '%s is asked for in a time that Go reads',
  (_name, { refreshInterval }) => {
    expect(refreshInterval).toMatch(/^([0-9]+(ms|s|m|h))+$/);
  },
);
