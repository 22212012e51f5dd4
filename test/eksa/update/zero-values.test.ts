/** Values that mean the same to the tools are no change. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffDocuments } from '../../../src/eksa/update/diff';
import type { UpgradeDiff } from '../../../src/eksa/update/diff';
import { diff } from '../../../src/eksa/update/diff-text';
import { bareMetal, changed, docker, document, vsphere } from './samples';
import type { Documents } from './samples';

type Values = Readonly<Record<string, unknown>>;

const NOTHING = { cliAccepts: true, webhookAccepts: true, refusals: [], changes: [] };

function between(base: Documents, old: Values, now: Values): UpgradeDiff {
  return diffDocuments(changed(base, old), changed(base, now))!;
}

function actions({ groups }: UpgradeDiff): string[] {
  return [...new Set(groups.map(({ action }) => action))];
}

function situation(file: string): string {
  return readFileSync(join(__dirname, '../recorded/public/45-zero-values', file), 'utf8');
}

test.each([
  ['vs-old', 'vs-new'], ['bm-old', 'bm-new'], ['bm-old', 'bm-new2'],
])('zero values that were written into %s change nothing', (old, now) => {
  const [before, after] = [old, now].map((name) => situation(`${name}.yaml`));
  for (const found of [diff(before, after), diff(after, before)]) {
    expect(found).toMatchObject(NOTHING);
    expect(actions(found)).toEqual(['nothing']);
  }
});

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const CILIUM = 'Cluster.spec.clusterNetwork.cniConfig.cilium';
const VM = 'VSphereMachineConfig/site-cp.spec';
const check = (nodeStartupTimeout: string) => ({ nodeStartupTimeout });
const kms = (more: object) => [{ providers: [{ kms: { name: 'k', socketListenAddress: 'unix:///k', ...more } }], resources: ['secrets'] }];

test.each<[string, Documents, Values, Values]>([
  ['the default strategies', bareMetal(), {}, {
    [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    [`${GROUP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  }],
  ['a duration in another notation', docker(), { 'Cluster.spec.machineHealthCheck': check('300s') }, {
    'Cluster.spec.machineHealthCheck': check('5m0s'),
  }],
  ['the usual time to start', docker(), {}, { 'Cluster.spec.machineHealthCheck': check('10m') }],
  ['the usual time to start on bare metal', bareMetal(), {}, { 'Cluster.spec.machineHealthCheck': check('20m') }],
  ['a check of a group that repeats the cluster\'s', docker(), { 'Cluster.spec.machineHealthCheck': check('1h') }, {
    'Cluster.spec.machineHealthCheck': check('1h'), [`${GROUP}.machineHealthCheck`]: check('60m'), [`${CP}.machineHealthCheck`]: {},
  }],
  ['Cilium\'s defaults', docker(), {}, {
    [CILIUM]: { routingMode: 'overlay', cniExclusive: true, policyEnforcementMode: 'default', skipUpgrade: false },
  }],
  ['the default count', docker(), { [`${GROUP}.count`]: undefined }, { [`${GROUP}.count`]: 1 }],
  ['the size that the tools choose', vsphere(), { [`${VM}.numCPUs`]: 0, [`${VM}.memoryMiB`]: 0 }, {
    [`${VM}.numCPUs`]: 2, [`${VM}.memoryMiB`]: 8192, [`${VM}.diskGiB`]: 20,
  }],
  ['the header of kubelet settings', docker(), { [`${CP}.kubeletConfiguration`]: { kind: 'KubeletConfiguration', maxPods: 9 } }, {
    [`${CP}.kubeletConfiguration`]: { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', maxPods: 9 },
  }],
  ['the defaults of a key management plugin', vsphere(), { 'Cluster.spec.etcdEncryption': kms({}) }, {
    'Cluster.spec.etcdEncryption': kms({ cachesize: 1000, timeout: '3000ms' }),
  }],
  ['the order of identity providers', docker(), {
    'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig', name: 'a' }, { kind: 'AWSIamConfig', name: 'b' }],
  }, { 'Cluster.spec.identityProviderRefs': [{ name: 'b', kind: 'AWSIamConfig' }, { kind: 'OIDCConfig', name: 'a' }] }],
  ['what the API server wrote', docker(), {}, {
    'Cluster.metadata': {
      name: 'site', namespace: 'default', uid: 'x', generation: 3,
      annotations: { 'anywhere.eks.amazonaws.com/management-components-version': 'v0.26.0' },
    },
    'Cluster.status': { ready: true },
  }],
])('%s: no change', (_, base, old, now) => {
  for (const found of [between(base, old, now), between(base, now, old)]) {
    const refusals = found.refusals.filter(({ ruleId }) => /^W/.test(ruleId));
    expect({ refusals, changes: found.changes, actions: actions(found) }).toEqual({ refusals: [], changes: [], actions: ['nothing'] });
  }
});

test.each<[string, Documents, Values, Values, string[]]>([
  ['no node for one', docker(), {}, { [`${GROUP}.count`]: 0 }, ['Cluster.spec.workerNodeGroupConfigurations[a].count']],
  ['plugins beside Cilium', docker(), {}, { [`${CILIUM}.cniExclusive`]: false }, [`${CILIUM}.cniExclusive`]],
  ['no values for the chart in place of others', docker(), {}, { [`${CILIUM}.helmValues`]: {} }, [`${CILIUM}.helmValues`]],
  ['no surge', bareMetal(), {}, {
    [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } },
  }, [`${CP}.upgradeRolloutStrategy.rollingUpdate.maxSurge`]],
  ['no limit of pulls', vsphere(), {}, {
    [`${VM}.hostOSConfiguration`]: { bottlerocketConfiguration: { kubernetes: { registryPullQPS: 0 } } },
  }, [`${VM}.hostOSConfiguration`]],
  ['a health check that never gives up', docker(), {}, { 'Cluster.spec.machineHealthCheck': { maxUnhealthy: 0 } }, [
    'Cluster.spec.machineHealthCheck',
  ]],
])('%s: a change', (_, base, old, now, paths) => {
  expect(between(base, old, now).changes.map(({ path }) => path)).toEqual(paths);
});

/** What the webhooks compare as pointers, or with `reflect.DeepEqual`, although it means the same. */
test.each<[string, Documents, Values, string[]]>([
  ['no taints', bareMetal(), { [`${CP}.taints`]: [] }, [`W5 api ${CP}.taints`]],
  ['no labels', bareMetal(), { [`${CP}.labels`]: {} }, [`W5 api ${CP}.labels`]],
  ['no taints of a group', bareMetal(), { [`${GROUP}.taints`]: [] }, [`W5 api ${GROUP}.taints`]],
  ['no labels of a group', bareMetal(), { [`${GROUP}.labels`]: {} }, [`W5 api ${GROUP}.labels`]],
  ['no taints on vSphere', vsphere(), { [`${CP}.taints`]: [], [`${GROUP}.labels`]: {} }, []],
  ['no mask', docker(), { 'Cluster.spec.clusterNetwork.nodes': {} }, ['W3 api Cluster.spec.clusterNetwork.nodes']],
  ['no file for DNS', docker(), { 'Cluster.spec.clusterNetwork.dns': { resolvConf: {} } }, [
    'W3 cli+api Cluster.spec.clusterNetwork.dns.resolvConf',
  ]],
  ['nothing about DNS', docker(), { 'Cluster.spec.clusterNetwork.dns': {} }, []],
])('%s where nothing was said: no change, and still refused where the webhooks tell them apart', (_, base, now, expected) => {
  for (const found of [between(base, {}, now), between(base, now, {})]) {
    expect(found.refusals.map(({ ruleId, paths, path }) => `${ruleId} ${paths.join('+')} ${path}`)).toEqual(expected);
    expect([found.changes, actions(found)]).toEqual([[], ['nothing']]);
  }
});

test.each([
  [{}, { [`${GROUP}.taints`]: [] }, 'leave it out as before: it means the same, but the API compares it'],
  [{ [`${CP}.labels`]: {} }, {}, 'write {} as before: it means the same, but the API compares it'],
])('from %j to %j: the fix says that nothing else is wrong', (old, now, fix) => {
  expect(between(bareMetal(), old, now).refusals).toMatchObject([{ fix }]);
});

test('the algorithm of a key is compared as written, though it has a default', () => {
  const flux = (git: object) => [...docker(), document('FluxConfig', 'site', { git: { repositoryUrl: 'ssh://git@git.example/a', ...git } })];
  expect(diffDocuments(flux({}), flux({ sshKeyAlgorithm: '' }))!.refusals).toEqual([]);
  expect(diffDocuments(flux({}), flux({ sshKeyAlgorithm: 'ecdsa' }))!.refusals.map(({ ruleId }) => ruleId)).toEqual(['W18']);
});
