/** Rules about worker groups at their edges. */
import { licenseToken } from '../license-token';
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
/** Clusters that another one manages run no pods of their own but those of the network. */
const WORKLOAD = { 'Cluster.spec.managementCluster': { name: 'other' } };
const FIRST = `${GROUPS}[0]`;
const STRATEGY = `${FIRST}.upgradeRolloutStrategy`;
const { bareMetal, docker, vsphere } = BASES;

describe('names', () => {
  test.each<[string, Changes, string[]]>([
    ['one group without a name', { [GROUPS]: [{ count: 1 }] }, []],
    ['a second group with the name that the first is given', { [GROUPS]: [{ count: 1 }, { name: 'md-0' }] }, [
      `error C25 ${GROUPS}[1].name`,
    ]],
    ['two groups without a name', { [GROUPS]: [{ name: 'a' }, {}, {}] }, [
      `error C11 ${GROUPS}[1].name`, `error C11 ${GROUPS}[2].name`,
    ]],
    ['the third with the name of the second', { [GROUPS]: [{ name: 'a' }, { name: 'b' }, { name: 'b' }] }, [
      `error C25 ${GROUPS}[2].name`,
    ]],
    ['capital letters', { [`${FIRST}.name`]: 'MD' }, [`error S26 ${FIRST}.name`]],
    ['63 characters with the cluster\'s', { [`${FIRST}.name`]: 'a'.repeat(59) }, []],
    ['64 characters with the cluster\'s', { [`${FIRST}.name`]: 'a'.repeat(60) }, [`error S26 ${FIRST}.name`]],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});

describe('number of groups', () => {
  const NONE = { [GROUPS]: [] };
  const UNUSED = 'warning P9 TinkerbellMachineConfig/lab-md-0.metadata.name';
  const at = (version: string) => findings(bareMetal, {
    ...NONE,
    'Cluster.spec.kubernetesVersion': version,
    'Cluster.spec.licenseToken': licenseToken(),
    'TinkerbellDatacenterConfig/lab.spec.osImageURL': `http://10.20.0.2/ubuntu-${version}.gz`,
  });

  test('none is accepted on bare metal only', () => {
    expect(findings(bareMetal, NONE)).toEqual([UNUSED]);
    expect(findings(docker, NONE)).toEqual([`error C10 ${GROUPS}`]);
    expect(findings(docker, { [GROUPS]: undefined })).toEqual([`error C10 ${GROUPS}`]);
  });

  test('none needs a Kubernetes version above 1.21', () => {
    expect(at('1.21')).toEqual([`error C29 ${GROUPS}`, 'error version Cluster.spec.kubernetesVersion', UNUSED]);
    expect(at('1.22')).toEqual(['error version Cluster.spec.kubernetesVersion', UNUSED]);
  });

  test('an old version with workers is about the version only', () => {
    const change = { 'Cluster.spec.kubernetesVersion': '1.21', 'Cluster.spec.licenseToken': licenseToken() };
    expect(findings(docker, change)).toEqual(['error version Cluster.spec.kubernetesVersion']);
  });
});

describe('machines', () => {
  test.each<[string, Base, Changes, string[]]>([
    ['a group without a machine configuration on bare metal', bareMetal, { [`${FIRST}.machineGroupRef`]: undefined }, [
      `error C6 ${FIRST}.machineGroupRef`, 'warning P9 TinkerbellMachineConfig/lab-md-0.metadata.name',
    ]],
    ['0 machines', docker, { [`${FIRST}.count`]: 0 }, ['warning no-workers Cluster.spec.workerNodeGroupConfigurations']],
    ['0 machines of a workload cluster', docker, { [`${FIRST}.count`]: 0, ...WORKLOAD }, []],
    ['0 machines beside a control plane that takes pods', docker, {
      [`${FIRST}.count`]: 0, 'Cluster.spec.controlPlaneConfiguration.taints': [{ key: 'a', effect: 'PreferNoSchedule' }],
    }, []],
    ['0 machines beside a control plane with a taint of its own', docker, {
      [`${FIRST}.count`]: 0, 'Cluster.spec.controlPlaneConfiguration.taints': [{ key: 'a', effect: 'NoSchedule' }],
    }, ['warning no-workers Cluster.spec.workerNodeGroupConfigurations']],
    ['0 machines beside a group that has some', docker, {
      [`${FIRST}.count`]: 0, 'Cluster.spec.workerNodeGroupConfigurations[1]': { name: 'b', count: 1 },
    }, []],
    ['-1 machines', docker, { [`${FIRST}.count`]: -1 }, [`error C13 ${FIRST}.count`]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('autoscaling', () => {
  const RANGE = `${FIRST}.autoscalingConfiguration`;

  test.each<[object, number | undefined, string[]]>([
    [{ minCount: 1, maxCount: 3 }, undefined, []],
    [{ minCount: 2, maxCount: 3 }, undefined, []],
    [{ minCount: 1, maxCount: 3 }, 1, []],
    [{ minCount: 1, maxCount: 3 }, 3, []],
    [{ minCount: 1, maxCount: 3 }, 4, [`error C17 ${RANGE}.maxCount`]],
    [{ minCount: 2, maxCount: 3 }, 1, [`error C16 ${RANGE}.minCount`]],
    [{ minCount: 4, maxCount: 3 }, 4, [`error C15 ${RANGE}.minCount`]],
    [{ minCount: 3, maxCount: 3 }, 3, []],
    [{ minCount: 0, maxCount: 3 }, 0, []],
    [{ minCount: -1, maxCount: 3 }, 0, [`error C14 ${RANGE}.minCount`]],
    [{ maxCount: 3 }, 0, []],
    [{ maxCount: 1 }, undefined, []],
    [{ minCount: 1 }, 1, [`error C17 ${RANGE}.maxCount`]],
    [{ minCount: 1 }, 0, [`error C17 ${RANGE}.maxCount`]],
    [{ minCount: 0 }, 1, [`error C17 ${RANGE}.maxCount`]],
    [{ minCount: 0 }, 0, []],
    [{}, 0, []],
  ])('%j with a count of %j', (range, count, expected) => {
    expect(findings(docker, { [RANGE]: range, [`${FIRST}.count`]: count, ...WORKLOAD })).toEqual(expected);
  });
});

describe('roll-out', () => {
  const ROLLING = (rollingUpdate?: object) => ({ type: 'RollingUpdate', rollingUpdate });
  const IN_PLACE = { type: 'InPlace' };
  const missing = (...fields: string[]) => fields.map((field) => `error S1 ${STRATEGY}.rollingUpdate.${field}`);

  test.each<[unknown, string[]]>([
    [{}, [`error C18 ${STRATEGY}.type`]],
    [{ type: 'Recreate' }, [`error C18 ${STRATEGY}.type`]],
    [ROLLING(), [`error C19 ${STRATEGY}.rollingUpdate`]],
    [ROLLING({}), [`error C21 ${STRATEGY}.rollingUpdate`, ...missing('maxSurge', 'maxUnavailable')]],
    [ROLLING({ maxSurge: 1 }), missing('maxUnavailable')],
    [ROLLING({ maxUnavailable: 1 }), missing('maxSurge')],
    [ROLLING({ maxSurge: 0 }), [`error C21 ${STRATEGY}.rollingUpdate`, ...missing('maxUnavailable')]],
    [ROLLING({ maxUnavailable: 0 }), [`error C21 ${STRATEGY}.rollingUpdate`, ...missing('maxSurge')]],
    [ROLLING({ maxSurge: 0, maxUnavailable: 0 }), [`error C21 ${STRATEGY}.rollingUpdate`]],
    [ROLLING({ maxSurge: -1, maxUnavailable: 0 }), [`error C20 ${STRATEGY}.rollingUpdate.maxSurge`]],
    [ROLLING({ maxSurge: 0, maxUnavailable: -1 }), [`error C20 ${STRATEGY}.rollingUpdate.maxUnavailable`]],
    [{ type: 'Recreate', rollingUpdate: { maxSurge: -1, maxUnavailable: 0 } }, [`error C18 ${STRATEGY}.type`]],
  ])('%j', (strategy, expected) => {
    expect(findings(docker, { [STRATEGY]: strategy })).toEqual(expected);
  });

  test('in place is for bare metal, and for vSphere with a flag', () => {
    const FLAG = { flags: ['VSPHERE_IN_PLACE_UPGRADE'] } as const;
    const change = { [STRATEGY]: IN_PLACE };
    expect(findings(vsphere, change)).toEqual([`error C23 ${STRATEGY}.type`]);
    expect(findings(vsphere, change, FLAG)).toEqual([]);
    expect(findings(docker, change)).toEqual([`error C24 ${STRATEGY}.type`]);
    expect(findings(docker, change, FLAG)).toEqual([`error C24 ${STRATEGY}.type`]);
  });
});

describe('taints', () => {
  const taint = (effect: string) => [{ key: 'a', effect }];

  test.each<[string, Changes, string[]]>([
    ['NoSchedule on every group', { [`${FIRST}.taints`]: taint('NoSchedule') }, [`error C27 ${GROUPS}`]],
    ['NoExecute on every group', { [`${FIRST}.taints`]: taint('NoExecute') }, [`error C27 ${GROUPS}`]],
    ['PreferNoSchedule on every group', { [`${FIRST}.taints`]: taint('PreferNoSchedule') }, []],
    ['one of two that bars', { [`${FIRST}.taints`]: [...taint('PreferNoSchedule'), ...taint('NoSchedule')] }, [`error C27 ${GROUPS}`]],
    ['no taint at all', { [`${FIRST}.taints`]: [] }, []],
    ['one group of two', { [`${FIRST}.taints`]: taint('NoSchedule'), [`${GROUPS}[1]`]: { name: 'b' } }, []],
    ['every group of a workload cluster', {
      [`${FIRST}.taints`]: taint('NoSchedule'), 'Cluster.spec.managementCluster.name': 'other',
    }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });
});

describe('labels, taints, health checks and the kubelet of a group', () => {
  test.each<[string, Changes, string[]]>([
    ['a label\'s key', { [`${FIRST}.labels`]: { 'a/b/c': 'd' } }, [`error C26 ${FIRST}.labels.a/b/c`]],
    ['a label\'s value', { [`${FIRST}.labels`]: { a: '-' } }, [`error C26 ${FIRST}.labels.a`]],
    ['a taint\'s value', { [`${FIRST}.taints`]: [{ key: 'a', value: '-', effect: 'PreferNoSchedule' }] }, [
      `error taint ${FIRST}.taints[0].value`,
    ]],
    ['a taint\'s key', { [`${FIRST}.taints`]: [{ key: '', value: 'x', effect: 'PreferNoSchedule' }] }, [
      `error taint ${FIRST}.taints[0].key`,
    ]],
    ['a taint\'s effect', { [`${FIRST}.taints`]: [{ key: 'a', effect: '' }] }, [`error taint ${FIRST}.taints[0].effect`]],
    ['a time that is negative', { [`${FIRST}.machineHealthCheck`]: { nodeStartupTimeout: '-1s' } }, [
      `error MHC ${FIRST}.machineHealthCheck.nodeStartupTimeout`,
    ]],
    ['another time that is negative', { [`${FIRST}.machineHealthCheck`]: { unhealthyMachineTimeout: '-1s' } }, [
      `error MHC ${FIRST}.machineHealthCheck.unhealthyMachineTimeout`,
    ]],
    ['times that are fine', { [`${FIRST}.machineHealthCheck`]: { nodeStartupTimeout: '0s', unhealthyMachineTimeout: '5m' } }, []],
    ['a kubelet', { [`${FIRST}.kubeletConfiguration`]: { kind: 'KubeletConfiguration', providerID: 'x' } }, [
      `error C70 ${FIRST}.kubeletConfiguration.providerID`,
    ]],
    ['a kubelet of an empty kind', { [`${FIRST}.kubeletConfiguration`]: { kind: '' } }, [
      `error C71 ${FIRST}.kubeletConfiguration.kind`,
    ]],
    ['a kubelet that is text', { [`${FIRST}.kubeletConfiguration`]: 'maxPods: 5' }, [`error C71 ${FIRST}.kubeletConfiguration`]],
    ['a kubelet of no provider', { [`${FIRST}.kubeletConfiguration`]: { kind: 'x', providerID: '' } }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });

  test('the kubelet of Bottlerocket accepts fewer settings', () => {
    const at = `${FIRST}.kubeletConfiguration`;
    const HEAD = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };
    const change = { [at]: { ...HEAD, maxPods: 5, seccompDefault: true } };
    const UNNAMED = { 'VSphereMachineConfig/rock-md-0.spec.osFamily': '' };
    const found = [`error F6 ${at}.seccompDefault`];
    expect(findings(BASES.bottlerocket, change)).toEqual(found);
    expect(findings(BASES.bottlerocket, { ...change, ...UNNAMED })).toEqual(found);
    expect(findings(BASES.bottlerocket, { [at]: 'maxPods: 5' })).toEqual([`error C71 ${at}`]);
    expect(findings(vsphere, change)).toEqual([]);
    expect(findings(docker, change)).toEqual([]);
  });

  test.each([['prod-cp', false], ['prod-md-0', true]])('of Bottlerocket on %s counts for its own nodes', (machine, isJudged) => {
    const at = `${FIRST}.kubeletConfiguration`;
    const found = findings(vsphere, {
      [at]: { kind: 'KubeletConfiguration', seccompDefault: true },
      [`VSphereMachineConfig/${machine}.spec.osFamily`]: 'bottlerocket',
      [`VSphereMachineConfig/${machine}.spec.users[0].name`]: 'ec2-user',
    });
    expect(found).toEqual(isJudged ? [`error F6 ${at}.seccompDefault`] : []);
  });
});
