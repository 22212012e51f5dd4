/** Rules about the control plane and etcd at their edges. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const ETCD = 'Cluster.spec.externalEtcdConfiguration';
const STRATEGY = `${CP}.upgradeRolloutStrategy`;
const IN_PLACE = { type: 'InPlace' };
const { bareMetal, bottlerocket, docker, vsphere } = BASES;

describe('endpoint', () => {
  const PODS = 'Cluster.spec.clusterNetwork.pods.cidrBlocks';

  test.each<[string, Base, Changes, string[]]>([
    ['in the pod network', vsphere, { [`${CP}.endpoint.host`]: '192.168.0.1' }, [`error S9 ${CP}.endpoint.host`]],
    ['in both networks', vsphere, { [`${CP}.endpoint.host`]: '10.96.0.1', [PODS]: ['10.96.0.0/16'] }, [
      'error S9 Cluster.spec.clusterNetwork.services.cidrBlocks[0]', `error S9 ${CP}.endpoint.host`, `error S9 ${CP}.endpoint.host`,
    ]],
    ['a name on Docker', docker, { [`${CP}.endpoint`]: { host: 'api.example' } }, [`error D1 ${CP}.endpoint`]],
    ['empty on Docker', docker, { [`${CP}.endpoint`]: { host: '' } }, [`error D1 ${CP}.endpoint`]],
    ['missing on bare metal', bareMetal, { [`${CP}.endpoint`]: undefined }, [`error C3 ${CP}.endpoint.host`]],
    ['empty on bare metal', bareMetal, { [`${CP}.endpoint.host`]: '' }, [`error C3 ${CP}.endpoint.host`]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('nodes of the control plane that go before new ones come', () => {
  const zero = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } };
  const at = `${STRATEGY}.rollingUpdate.maxSurge`;

  test.each<[string, Base, Changes, string[]]>([
    ['the only one', bareMetal, { [STRATEGY]: zero }, [`warning scale-in ${at}`]],
    ['the only one, of virtual machines', vsphere, { [`${CP}.count`]: 1, [STRATEGY]: zero }, [`warning scale-in ${at}`]],
    ['one of three', vsphere, { [`${CP}.count`]: 3, [STRATEGY]: zero }, []],
    ['none: a new one comes first', bareMetal, { [STRATEGY]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }, []],
    ['on Docker, where nothing is upgraded so', docker, { [`${CP}.count`]: 1, [STRATEGY]: zero }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('counts', () => {
  test.each<[string, Base, Changes, string[]]>([
    ['a control plane of -1', docker, { [`${CP}.count`]: -1 }, [`error C8 ${CP}.count`]],
    ['a control plane of 1', docker, { [`${CP}.count`]: 1 }, []],
    ['a control plane of 5', docker, { [`${CP}.count`]: 5 }, []],
    ['a control plane of 6', docker, { [`${CP}.count`]: 6 }, [`error C9 ${CP}.count`]],
    ['a control plane of 7', docker, { [`${CP}.count`]: 7 }, [`warning C9 ${CP}.count`]],
    ['a control plane of 0 with etcd elsewhere', bottlerocket, { [`${CP}.count`]: 0 }, [`error C8 ${CP}.count`]],
    ['a control plane of 7 with etcd elsewhere', bottlerocket, { [`${CP}.count`]: 7 }, []],
    ['an etcd without count', bottlerocket, { [`${ETCD}.count`]: undefined }, [`error C47 ${ETCD}.count`]],
    ['an etcd of -1', bottlerocket, { [`${ETCD}.count`]: -1 }, [`error C47 ${ETCD}.count`]],
    ['an etcd of 0', bottlerocket, { [`${ETCD}.count`]: 0 }, [`error C47 ${ETCD}.count`]],
    ['an etcd of 1', bottlerocket, { [`${ETCD}.count`]: 1 }, []],
    ['an etcd of 2', bottlerocket, { [`${ETCD}.count`]: 2 }, [`error C47 ${ETCD}.count`]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('groups of machines', () => {
  test.each<[string, Base, Changes, string[]]>([
    ['a control plane without one on bare metal', bareMetal, { [`${CP}.machineGroupRef`]: undefined }, [
      `error C5 ${CP}.machineGroupRef`, 'warning P9 TinkerbellMachineConfig/lab-cp.metadata.name',
    ]],
    ['etcd without one on Docker', docker, { [ETCD]: { count: 1 } }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

test('taints of the control plane need workers', () => {
  const taints = { [`${CP}.taints`]: [{ key: 'a', effect: 'NoSchedule' }] };
  const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
  expect(findings(bareMetal, taints)).toEqual([]);
  expect(findings(bareMetal, { ...taints, [GROUPS]: [] })).toEqual([
    `error C28 ${CP}.taints`, `error C28 ${GROUPS}`, 'warning P9 TinkerbellMachineConfig/lab-md-0.metadata.name',
  ]);
});

describe('roll-out', () => {
  const ROLLING = (maxSurge?: number) => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge } });
  const FLAG = { flags: ['VSPHERE_IN_PLACE_UPGRADE'] } as const;

  test.each<[string, Base, unknown, string[]]>([
    ['of an unknown type', docker, { type: 'Recreate' }, [`error C59 ${STRATEGY}.type`]],
    ['without a surge', docker, ROLLING(), [`error S1 ${STRATEGY}.rollingUpdate.maxSurge`]],
    ['with a surge of 0', docker, ROLLING(0), []],
    ['with a surge of 1', docker, ROLLING(1), []],
    ['with a surge of -1', docker, ROLLING(-1), [`error C60 ${STRATEGY}.rollingUpdate.maxSurge`]],
    ['with a surge of 2', docker, ROLLING(2), [`error C60 ${STRATEGY}.rollingUpdate.maxSurge`]],
    ['in place on vSphere', vsphere, IN_PLACE, [`error C61 ${STRATEGY}.type`]],
    ['in place on Docker', docker, IN_PLACE, [`error C61 ${STRATEGY}.type`]],
  ])('%s', (_, base, strategy, expected) => {
    expect(findings(base, { [STRATEGY]: strategy })).toEqual(expected);
  });

  test('in place accepts no settings of a rolling update', () => {
    const workers = { 'Cluster.spec.workerNodeGroupConfigurations[0].upgradeRolloutStrategy': IN_PLACE };
    expect(findings(bareMetal, { ...workers, [STRATEGY]: IN_PLACE })).toEqual([]);
    expect(findings(bareMetal, { ...workers, [STRATEGY]: { ...ROLLING(1), type: 'InPlace' } })).toEqual([
      `error C61 ${STRATEGY}.rollingUpdate`,
    ]);
  });

  test('in place with a surge of 2 is about the settings only', () => {
    const workers = { 'Cluster.spec.workerNodeGroupConfigurations[0].upgradeRolloutStrategy': IN_PLACE };
    expect(findings(bareMetal, { ...workers, [STRATEGY]: { ...ROLLING(2), type: 'InPlace' } })).toEqual([
      `error C61 ${STRATEGY}.rollingUpdate`,
    ]);
  });

  test('in place on vSphere needs the flag and stacked etcd', () => {
    expect(findings(vsphere, { [STRATEGY]: IN_PLACE }, FLAG)).toEqual([]);
    expect(findings(bottlerocket, { [STRATEGY]: IN_PLACE }, FLAG)).toEqual([`error C61 ${ETCD}`]);
    expect(findings(docker, { [STRATEGY]: IN_PLACE }, FLAG)).toEqual([`error C61 ${STRATEGY}.type`]);
  });
});

describe('names in the certificate', () => {
  test.each(['10.0.0.1', 'fd00::1', 'api.example', '*.example.org', 'api.SITE.example.org'])('accept %s', (name) => {
    expect(findings(docker, { [`${CP}.certSans`]: ['api.example', name] })).toEqual([]);
  });

  test.each(['', 'localhost', 'API.EXAMPLE', 'a b.example', 'https://api.example', 'api.example:443', '*'])('reject %j', (name) => {
    expect(findings(docker, { [`${CP}.certSans`]: ['api.example', name] })).toEqual([`error C66 ${CP}.certSans[1]`]);
  });
});

describe('arguments of the API server', () => {
  const FLAG = { flags: ['API_SERVER_EXTRA_ARGS_ENABLED'] } as const;
  const ARGS = `${CP}.apiServerExtraArgs`;
  const OIDC = { 'oidc-client-id': 'x' };

  test('need the flag', () => {
    expect(findings(bareMetal, { [ARGS]: { v: '2' } })).toEqual([`error C67 ${ARGS}`]);
    expect(findings(bareMetal, { [ARGS]: { v: '2' } }, FLAG)).toEqual([]);
  });

  test('leave OIDC to the OIDCConfig, where one is referred to', () => {
    const other = { 'Cluster.spec.identityProviderRefs': [{ kind: 'AWSIamConfig', name: 'iam' }] };
    expect(findings(bareMetal, { [ARGS]: { v: '2', ...OIDC } }, FLAG)).toEqual([`error C68 ${ARGS}`]);
    expect(findings(bareMetal, { ...other, [ARGS]: OIDC }, FLAG)).toEqual([]);
    expect(findings(docker, { [ARGS]: OIDC }, FLAG)).toEqual([]);
  });
});

describe('labels, taints, health checks and the kubelet of the control plane', () => {
  test.each<[string, Changes, string[]]>([
    ['a label', { [`${CP}.labels`]: { a: '-' } }, [`error C62 ${CP}.labels.a`]],
    ['a taint', { [`${CP}.taints`]: [{ key: 'a/b/c', value: 'd', effect: 'NoExecute' }] }, [`error taint ${CP}.taints[0].key`]],
    ['a health check', { [`${CP}.machineHealthCheck`]: { maxUnhealthy: '4' } }, [
      `error MHC ${CP}.machineHealthCheck.maxUnhealthy`,
    ]],
    ['a kubelet', { [`${CP}.kubeletConfiguration`]: { kind: 'KubeletConfiguration', maxPodz: 1 } }, [
      `error C69 ${CP}.kubeletConfiguration.maxPodz`,
    ]],
    ['an empty policy', { [`${CP}.auditPolicyContent`]: '' }, []],
    ['two policies', { [`${CP}.auditPolicyContent`]: 'a: 1\n---\nb: 2\n' }, []],
    ['a broken policy', { [`${CP}.auditPolicyContent`]: 'a: [1' }, [`error C72 ${CP}.auditPolicyContent`]],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});
