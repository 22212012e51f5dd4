/** Rules about the mirror of registries: where the real code finds no image, or looks elsewhere. */
import { checkDocuments } from '../../../src/eksa/check';
import { BASES, changed } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings, messages } from './findings';

const MIRROR = 'Cluster.spec.registryMirrorConfiguration';
const PUBLIC = { registry: 'public.ecr.aws', namespace: 'eks' };
const HUB = { registry: 'docker.io', namespace: 'hub' };
const { bottlerocket, docker } = BASES;

describe('the endpoint', () => {
  test.each(['registry.example', 'registry', '10.20.0.3', 'fd00::3', 'Registry.Example'])('may be %s', (endpoint) => {
    expect(findings(docker, { [MIRROR]: { endpoint } })).toEqual([]);
  });

  test.each([
    ['https://registry.example', 'set endpoint to registry.example'],
    ['http://registry.example/', 'set endpoint to registry.example'],
    ['registry.example:5000', "set endpoint to registry.example, port to '5000'"],
    ['10.20.0.3:5000', "set endpoint to 10.20.0.3, port to '5000'"],
    ['registry.example/eks', 'set endpoint to registry.example, name eks as the namespace in ociNamespaces'],
    ['https://registry.example:8443/a/b', "set endpoint to registry.example, port to '8443', name a/b as the namespace in ociNamespaces"],
    ['[fd00::3]', 'set endpoint to fd00::3'],
    ['registry.example ', 'set endpoint to registry.example'],
    ['registry.example.', 'set endpoint to registry.example'],
    ['[fd00::3]:5000', "set endpoint to fd00::3, port to '5000'"],
    ['my_registry.example', 'give the registry a name of letters, digits, dashes and dots'],
    ['registry..example', 'give the registry a name of letters, digits, dashes and dots'],
  ])('may not be %s', (endpoint, fix) => {
    expect(findings(docker, { [MIRROR]: { endpoint } })).toEqual([`error mirror-endpoint ${MIRROR}.endpoint`]);
    expect(checkDocuments(changed(docker, { [MIRROR]: { endpoint } }).documents)[0].fix).toBe(fix);
  });

  test.each(['localhost', '127.0.0.1', '::1'])('is of use as %s only where each node has a registry', (endpoint) => {
    expect(findings(docker, { [MIRROR]: { endpoint } })).toEqual([`warning mirror-endpoint ${MIRROR}.endpoint`]);
  });

  test.each([
    ['5000', 'set endpoint to registry.example'],
    ['443', "set endpoint to registry.example, and port to the right one of '5000' and '443'"],
  ])('with a port beside port %s', (port, fix) => {
    const { documents } = changed(docker, { [MIRROR]: { endpoint: 'registry.example:5000', port } });
    expect(checkDocuments(documents).map((finding) => finding.fix)).toEqual([fix]);
  });
});

describe('namespaces', () => {
  const missing = [`warning mirror-public ${MIRROR}.ociNamespaces`];

  test.each<[string, Base, readonly object[] | undefined, string[]]>([
    ['none: all of the public registry is mirrored', docker, undefined, []],
    ['an empty list, likewise', docker, [], []],
    ['that of the public registry', docker, [PUBLIC], []],
    ['that and others', docker, [HUB, PUBLIC], []],
    ['others alone', docker, [HUB], missing],
    ['those of packages alone', docker, [{ registry: '783794618700.dkr.ecr.us-west-2.amazonaws.com', namespace: 'p' }], missing],
    ['that of the public registry by URL', docker, [{ registry: 'https://public.ecr.aws', namespace: 'eks' }], [
      `warning mirror-registry ${MIRROR}.ociNamespaces[0].registry`,
    ]],
    ['that of a part of the public registry', docker, [HUB, { registry: 'public.ecr.aws/eks-anywhere', namespace: 'eks' }], [
      `warning mirror-registry ${MIRROR}.ociNamespaces[1].registry`,
    ]],
    ['that of the public registry in capitals', docker, [{ registry: 'Public.ECR.aws', namespace: 'eks' }], [
      `warning mirror-registry ${MIRROR}.ociNamespaces[0].registry`,
    ]],
    ['that of the public registry with the port of https', docker, [{ registry: 'public.ecr.aws:443', namespace: 'eks' }], [
      `warning mirror-registry ${MIRROR}.ociNamespaces[0].registry`,
    ]],
    ['that of a registry with a port of its own', docker, [PUBLIC, { registry: 'registry.local:5000', namespace: 'r' }], []],
    ['that of the public registry twice', docker, [PUBLIC, { ...PUBLIC, namespace: 'other' }], [
      `warning mirror-registry ${MIRROR}.ociNamespaces[0].registry`,
    ]],
    ['the same entry twice', docker, [PUBLIC, PUBLIC], []],
    ['none below the endpoint', docker, [{ ...PUBLIC, namespace: '' }], []],
    ['a path with dots', docker, [{ ...PUBLIC, namespace: 'proxy/public.ecr.aws/' }], []],
    ['a project in capitals', docker, [{ ...PUBLIC, namespace: 'Proxy' }], [
      `warning mirror-namespace ${MIRROR}.ociNamespaces[0].namespace`,
    ]],
    ['a project by URL', docker, [{ ...PUBLIC, namespace: 'https://registry.example/eks' }], [
      `warning mirror-namespace ${MIRROR}.ociNamespaces[0].namespace`,
    ]],
    ['others alone on Bottlerocket', bottlerocket, [HUB], missing],
  ])('%s', (_, base, ociNamespaces, expected) => {
    expect(findings(base, { [MIRROR]: { endpoint: 'registry.example', ociNamespaces } })).toEqual(expected);
  });

  test('without the public registry leave Bottlerocket without any mirror', () => {
    const mirror = { [MIRROR]: { endpoint: 'registry.example', ociNamespaces: [HUB] } };
    expect(messages(bottlerocket, mirror)[0]).toContain('Bottlerocket gets no mirror at all');
    expect(messages(docker, mirror)[0]).not.toContain('Bottlerocket');
  });
});

describe('packages in the file', () => {
  const HARBOR: Changes = {
    '+Package/harbor': { packageName: 'harbor' },
    'Package/harbor.apiVersion': 'packages.eks.amazonaws.com/v1alpha1',
  };
  const mirror = (...ociNamespaces: object[]): Changes => ({ [MIRROR]: { endpoint: 'registry.example', ociNamespaces } });

  test.each<[string, Changes, string[]]>([
    ['want their registry in the mirror', { ...mirror(PUBLIC), ...HARBOR }, [`warning mirror-packages ${MIRROR}.ociNamespaces`]],
    ['find it there', { ...mirror(PUBLIC, { registry: '783794618700.dkr.ecr.eu-west-1.amazonaws.com', namespace: 'p' }), ...HARBOR }, []],
    ['find the registry of their region and account there', {
      ...mirror(PUBLIC, { registry: '346438352937.dkr.ecr.us-west-2.amazonaws.com', namespace: 'p' }), ...HARBOR,
    }, []],
    ['need no mirror', HARBOR, []],
    ['are not installed where packages are off', { ...mirror(PUBLIC), ...HARBOR, 'Cluster.spec.packages': { disable: true } }, []],
    ['that are of another API do not count', { ...mirror(PUBLIC), '+Package/other': {}, 'Package/other.apiVersion': 'example.org/v1' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});
