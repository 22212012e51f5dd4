/** Rules of the restricted Pod Security Standard and of the usual checkers, one by one, on every pod that a topology emits. */
import { App } from 'aws-cdk-lib';
import { CognitoIdentity, EksAnywhereTarget, EksTarget, Exposure } from '../../src';
import { testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';
import type { Manifest } from './sample';

const cloud = testStack();
const cluster = testCluster(cloud);
const identity = new CognitoIdentity(cloud, 'Identity');
const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster), tunnelCidrs: ['0.0.0.0/0'] });
controlPlane.addDataPlane('CloudPlane', { target: EksTarget.cluster(cluster), identity, hostname: 'apis.cloud.acme.example' });
controlPlane.addDataPlane('SitePlane', {
  target: EksAnywhereTarget.cluster(testFactory(cloud.node.root as App), {
    exposure: Exposure.nodePort(),
    imageRepository: 'registry.acme.example/hybridge',
  }),
  identity,
  hostname: 'apis.site.acme.example',
});
const planes = ['control-plane', 'cloud-plane', 'site-plane'].map((plane): [string, Manifest[]] => [plane, writtenManifests(cloud, plane)]);
const pods = planes.flatMap(([, manifests]) =>
  manifests
    .filter(({ spec }) => spec?.template?.spec)
    .map((manifest): [string, Manifest] => [`${manifest.kind} ${manifest.metadata.name}`, manifest]),
);
const deployments = pods.filter(([, { kind }]) => kind === 'Deployment');

it('covers three planes and the migrations', () => {
  expect(pods).toHaveLength(4);
});

describe.each(pods)('%s', (_, manifest) => {
  const pod = manifest.spec.template.spec;
  const [container] = pod.containers;

  it('runs as a user above 10000 under the default seccomp profile', () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });

  it('has no privileges, no capabilities and no writable root', () => {
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(Object.keys(pod).filter((field) => /^host/.test(field))).toEqual([]);
  });

  it('has an account of its own whose token it does not see', () => {
    expect(pod).toMatchObject({
      serviceAccountName: manifest.metadata.namespace,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
  });

  it('asks for processor, memory and disk, and is limited in all three', () => {
    for (const kind of ['requests', 'limits']) {
      expect(Object.keys(container.resources[kind]).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
    }
  });

  it('writes into bounded folders only, and mounts nothing but these, secrets and configuration', () => {
    for (const volume of pod.volumes) {
      const [kind] = Object.keys(volume).filter((field) => field !== 'name');
      expect(['emptyDir', 'csi', 'secret', 'configMap']).toContain(kind);
      if (kind === 'emptyDir') expect(volume.emptyDir.sizeLimit).toMatch(/^\d+[MG]i$/);
      else expect(container.volumeMounts.find(({ name }: any) => name === volume.name)).toMatchObject({ readOnly: true });
    }
  });

  it('pulls an image whose tag is not latest', () => {
    expect(container.image).toMatch(/:[0-9a-f]{64}$/);
    expect(container.imagePullPolicy).toBe('IfNotPresent');
  });

  it('has every setting once, and no secret among them', () => {
    const names = container.env.map(({ name }: any) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name: string) => /(PASSWORD|SECRET|TOKEN)$/.test(name))).toEqual([]);
    for (const { valueFrom } of container.env) if (valueFrom) expect(valueFrom.secretKeyRef.name).toBe('deployed-values');
  });
});

describe.each(deployments)('%s', (_, manifest) => {
  const pod = manifest.spec.template.spec;
  const [container] = pod.containers;

  it('is asked whether it lives and whether it is ready, by different questions on a declared port', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = container;
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      expect(ports.map(({ name }: any) => name)).toContain(probe.httpGet.port);
    }
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)).toEqual([
      '/status',
      '/status',
      '/status/ready',
    ]);
  });

  it('opens named ports above 1024', () => {
    for (const port of container.ports) {
      expect(port).toMatchObject({ name: expect.stringMatching(/^[a-z-]{1,15}$/), containerPort: expect.any(Number) });
    }
    expect(container.ports.every(({ containerPort }: any) => containerPort > 1024)).toBe(true);
  });

  it('may take longer to stop than it drains', () => {
    const drain = container.env.find(({ name }: any) => name === 'HYBRIDGE_DRAIN_SECONDS');
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(drain.value));
  });

  it('is spread over zones and machines, and replaced without a gap', () => {
    expect(pod.topologySpreadConstraints.map(({ topologyKey }: any) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    expect(pod.affinity.podAntiAffinity).toBeDefined();
    expect(manifest.spec).toMatchObject({ replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } } });
  });
});

describe.each(planes)('%s', (plane, manifests) => {
  it('lives in a namespace that enforces the restricted standard', () => {
    const [namespace] = manifests.filter(({ kind }) => kind === 'Namespace');
    expect(namespace.metadata).toMatchObject({ name: plane, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } });
    const elsewhere = manifests
      .filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== plane)
      .map(({ kind }) => kind);
    expect(elsewhere).toEqual([]);
  });

  it('has selectors that match its pods: services, budget and policies', () => {
    const labels = manifests.filter(({ spec }) => spec?.template).map(({ spec }) => spec.template.metadata.labels);
    const selectors = manifests.flatMap(({ kind, spec }) => {
      if (kind === 'Service') return [spec.selector];
      if (kind === 'PodDisruptionBudget' || kind === 'Deployment') return [spec.selector.matchLabels];
      return kind === 'NetworkPolicy' ? [spec.podSelector.matchLabels] : [];
    });
    expect(selectors.length).toBeGreaterThanOrEqual(4);
    for (const selector of selectors) {
      expect(labels.filter((own) => Object.entries(selector).every(([key, value]) => own[key] === value))).toHaveLength(1);
    }
  });

  it('survives the maintenance of a node', () => {
    expect(manifests.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ spec }) => spec)).toMatchObject([
      { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    ]);
  });

  it('is behind policies for both directions, and keeps away from the metadata service', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    for (const { spec } of policies) {
      expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
      const open = spec.egress.filter(
        ({ ports, to }: any) => !ports && to.some(({ ipBlock }: any) => ipBlock && !ipBlock.except?.includes('169.254.169.254/32')),
      );
      expect(open).toEqual([]);
    }
  });

  it('reaches pods of the cluster by a rule of their own, which Cilium needs', () => {
    const [policy] = manifests.filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === plane);
    const [dns] = policy.spec.egress;
    expect(dns).toEqual({
      to: [{ ipBlock: { cidr: '0.0.0.0/0' } }, { namespaceSelector: {} }],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    });
  });

  it('targets ports that its containers declare', () => {
    const ports = manifests
      .filter(({ kind }) => kind === 'Deployment')
      .flatMap(({ spec }) => spec.template.spec.containers[0].ports.map(({ name }: any) => name));
    for (const { spec } of manifests.filter(({ kind }) => kind === 'Service')) {
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
  });
});
