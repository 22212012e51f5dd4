/** Every rule broken alone by changing one thing in the objects of a real plane. What the examples emit is looked at in audit.test.ts. */
import { EksTarget } from '../../../src';
import { MANIFEST_RULES, manifestBreaches, requireManifestRules } from '../../../src/private/policy/manifest-rules';
import { testCluster, testControlPlane, testStack, writtenManifests } from '../../gateway/sample';
import type { Manifest } from '../../gateway/sample';

const cloud = testStack();
testControlPlane(cloud, { target: EksTarget.cluster(testCluster(cloud)), tunnelCidrs: ['203.0.113.0/24'] });
const emitted = writtenManifests(cloud, 'control-plane') as any[];

const of = (objects: any[], kind: string) => objects.find((object) => object.kind === kind);
const pod = (objects: any[]) => of(objects, 'Deployment').spec.template.spec;
const container = (objects: any[]) => pod(objects).containers[0];
const without = (kind: string) => (objects: any[]) => objects.filter((object) => object.kind !== kind);

/** Each changes the objects, or returns others. */
const BREAKS: Readonly<Record<string, (objects: any[]) => unknown>> = {
  POD_USER: (objects) => {
    pod(objects).securityContext.runAsUser = 1000;
  },
  POD_SECCOMP: (objects) => {
    delete pod(objects).securityContext.seccompProfile;
  },
  POD_TOKEN: (objects) => {
    pod(objects).automountServiceAccountToken = true;
  },
  POD_HOST: (objects) => {
    pod(objects).hostNetwork = true;
  },
  POD_BOUNDED_FOLDERS: (objects) => {
    pod(objects).volumes.push({ name: 'scratch', emptyDir: {} });
  },
  CONTAINER_PRIVILEGES: (objects) => {
    container(objects).securityContext.capabilities = { drop: ['NET_RAW'] };
  },
  CONTAINER_ROOT_READ_ONLY: (objects) => {
    container(objects).securityContext.readOnlyRootFilesystem = false;
  },
  CONTAINER_RESOURCES: (objects) => {
    delete container(objects).resources.limits.memory;
  },
  CONTAINER_IMAGE: (objects) => {
    container(objects).image = 'registry.acme.example:5000/hybridge';
  },
  CONTAINER_PROBES: (objects) => {
    container(objects).readinessProbe = container(objects).livenessProbe;
  },
  CONTAINER_PORTS: (objects) => {
    container(objects).ports[0].containerPort = 443;
  },
  ENV_SECRET: (objects) => {
    container(objects).env.push({ name: 'KONG_PG_PASSWORD', value: 'text' });
  },
  ENV_TWICE: (objects) => {
    container(objects).env.push(container(objects).env[0]);
  },
  SERVER_SPREAD: (objects) => {
    delete pod(objects).affinity;
  },
  SERVER_REPLICAS: (objects) => {
    of(objects, 'Deployment').spec.replicas = 1;
  },
  SERVER_BUDGET: without('PodDisruptionBudget'),
  POD_ISOLATED: without('NetworkPolicy'),
  JOB_ENDS: (objects) => {
    delete of(objects, 'Job').spec.activeDeadlineSeconds;
  },
  SECRET_TEXT: (objects) => [...objects, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'written' }, stringData: { tls: 'text' } }],
  RBAC_WILDCARD: (objects) => [
    ...objects,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'wide' },
      rules: [{ apiGroups: [''], resources: ['*'], verbs: ['get'] }],
    },
  ],
};

it('has a case for each rule', () => {
  expect(Object.keys(BREAKS).sort()).toEqual(MANIFEST_RULES.map(({ id }) => id).sort());
});

it('finds nothing in a plane as it is', () => {
  expect(manifestBreaches(emitted)).toEqual([]);
});

it.each(Object.keys(BREAKS))('finds %s alone, and names the object', (id) => {
  const objects = structuredClone(emitted);
  const broken = (BREAKS[id](objects) ?? objects) as Manifest[];
  const finding = new RegExp(`^\\w+ \\S+: .*; expected .* \\[${id}\\]$`);
  expect(manifestBreaches(broken as any)).toEqual([expect.stringMatching(finding)]);
});

it('refuses a file with an object that breaks what it can keep by itself, not one whose neighbours are in another file', () => {
  const deployment = structuredClone(of(emitted, 'Deployment'));
  expect(() => requireManifestRules([deployment])).not.toThrow();
  deployment.spec.template.spec.hostPID = true;
  expect(() => requireManifestRules([deployment])).toThrow(
    /^Deployment control-plane: the pod shares network, processes or folders .* \[POD_HOST\]$/,
  );
});

it('knows images with a digest, a registry\'s port and latest', () => {
  const keeps = (image: string) =>
    MANIFEST_RULES.find(({ id }) => id === 'CONTAINER_IMAGE')!.keeps({ spec: { template: { spec: { containers: [{ image }] } } } }, []);
  expect(['a/b:1', `a/b@sha256:${'0'.repeat(64)}`, 'host:5000/b:1', 'a/b:latest', 'a/b', 'host:5000/b'].map(keeps)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
