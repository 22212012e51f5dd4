/** Rules about room in the cluster's networks: nodes, pods of a node, Services. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings, messages } from './findings';

const NET = 'Cluster.spec.clusterNetwork';
const PODS = `${NET}.pods.cidrBlocks`;
const SERVICES = `${NET}.services.cidrBlocks`;
const MASK = `${NET}.nodes.cidrMaskSize`;
const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const { bareMetal, bottlerocket, docker, vsphere } = BASES;

const ROLLING = (maxSurge: number) => ({ type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable: 1 } });
const IN_PLACE: Changes = {
  [`${CP}.upgradeRolloutStrategy`]: { type: 'InPlace' },
  [`${GROUP}.upgradeRolloutStrategy`]: { type: 'InPlace' },
};
const SECOND_GROUP: Changes = {
  'Cluster.spec.workerNodeGroupConfigurations[1]': {
    name: 'md-1',
    count: 1,
    machineGroupRef: { kind: 'VSphereMachineConfig', name: 'prod-md-0' },
  },
};

describe('blocks for nodes', () => {
  const small = [`warning pod-blocks ${PODS}[0]`];
  /** Room for 2, 4 and 8 nodes. */
  const [two, four, eight] = [23, 22, 21].map((mask): Changes => ({ [PODS]: [`192.168.0.0/${mask}`] }));

  test.each<[string, Base, Changes, string[]]>([
    ['2 nodes and 1 of a roll-out in 2', docker, two, small],
    ['2 nodes and 1 of a roll-out in 4', docker, four, []],
    ['2 nodes that are upgraded in place in 2', bareMetal, { ...two, ...IN_PLACE }, []],
    ['2 nodes and no surge in 2', docker, {
      ...two,
      [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(0),
      [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } },
    }, []],
    ['3 and 2 nodes in 4', vsphere, four, small],
    ['3 and 2 nodes in 8', vsphere, eight, []],
    ['3 and 5 nodes in 8, which a roll-out does not fit in', vsphere, { ...eight, [`${GROUP}.count`]: 5 }, small],
    ['3 and 4 nodes and 1 of a roll-out in 8', vsphere, { ...eight, [`${GROUP}.count`]: 4 }, []],
    ['3 and 3 and 1 nodes, and 1 of each group', vsphere, { ...eight, [`${GROUP}.count`]: 3, ...SECOND_GROUP }, small],
    ['3 and 2 nodes with a surge of 4', vsphere, { ...eight, [`${GROUP}.upgradeRolloutStrategy`]: ROLLING(4) }, small],
    ['autoscaling to 6', vsphere, { ...eight, [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 6 } }, small],
    ['autoscaling to 4', vsphere, { ...eight, [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 4 } }, []],
    // Machines of external etcd are no nodes.
    ['2 and 2 nodes beside 3 of etcd in 8', bottlerocket, eight, []],
    ['2 and 2 nodes beside 3 of etcd in 4, without room for a roll-out', bottlerocket, four, small],
    ['more and smaller blocks', vsphere, { ...four, [MASK]: 25 }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });

  test.each<[string, Changes, RegExp]>([
    ['those it starts with', { [PODS]: ['192.168.0.0/22'] }, /has room for 4 nodes at \/24 for each; the cluster has 5: /],
    ['those of autoscaling', {
      [PODS]: ['192.168.0.0/21'], [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 9 },
    }, /autoscaling may make 12: /],
    ['those of a roll-out', {
      [PODS]: ['192.168.0.0/21'], [`${GROUP}.count`]: 5,
    }, /the cluster has 8, and an upgrade adds 1 for a while: /],
  ])('says which nodes do not fit: %s', (_, change, expected) => {
    expect(messages(vsphere, change)).toEqual([expect.stringMatching(expected)]);
  });
});

describe('addresses for the pods of a node', () => {
  const KUBELET = (maxPods: number) => ({ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration', maxPods });
  const BOTTLEROCKET = 'spec.hostOSConfiguration.bottlerocketConfiguration.kubernetes.maxPods';
  const many = (...places: string[]) => places.map((place) => `warning max-pods ${place}`);

  test.each<[string, Base, Changes, string[]]>([
    ['110 in /25', docker, { [MASK]: 25 }, []],
    ['110 in /26', docker, { [MASK]: 26 }, many(MASK)],
    ['62 in /26', docker, {
      [MASK]: 26, [`${GROUP}.kubeletConfiguration`]: KUBELET(62), [`${CP}.kubeletConfiguration`]: KUBELET(62),
    }, []],
    ['62 in /26 of one group alone', docker, { [MASK]: 26, [`${GROUP}.kubeletConfiguration`]: KUBELET(62) }, many(MASK)],
    ['250 in /24', docker, { [`${GROUP}.kubeletConfiguration`]: KUBELET(250) }, []],
    ['250 in /25', docker, { [MASK]: 25, [`${GROUP}.kubeletConfiguration`]: KUBELET(250) }, many(`${GROUP}.kubeletConfiguration.maxPods`)],
    ['500 in /23', docker, { [PODS]: ['192.168.0.0/16'], [MASK]: 23, [`${CP}.kubeletConfiguration`]: KUBELET(500) }, []],
    ['500 in /24 on the control plane', docker, { [`${CP}.kubeletConfiguration`]: KUBELET(500) }, many(
      `${CP}.kubeletConfiguration.maxPods`)],
    ['0, which means 110', docker, { [`${CP}.kubeletConfiguration`]: KUBELET(0) }, []],
    ['300 of Bottlerocket in /24', bottlerocket, { [`VSphereMachineConfig/rock-md-0.${BOTTLEROCKET}`]: 300 }, many(
      `VSphereMachineConfig/rock-md-0.${BOTTLEROCKET}`)],
    ['50 of Bottlerocket in /26', bottlerocket, { [MASK]: 26 }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });

  test('of a machine configuration that two groups share are named once', () => {
    const ref = { kind: 'VSphereMachineConfig', name: 'rock-md-0' };
    const change = {
      [`VSphereMachineConfig/rock-md-0.${BOTTLEROCKET}`]: 300,
      'Cluster.spec.workerNodeGroupConfigurations': ['a', 'b'].map((name) => ({ name, count: 1, machineGroupRef: ref })),
    };
    expect(findings(bottlerocket, change)).toEqual(many(`VSphereMachineConfig/rock-md-0.${BOTTLEROCKET}`));
  });
});

describe('addresses for Services', () => {
  test.each<[string, string[]]>([
    ['10.96.0.0/12', []],
    ['10.0.0.0/11', [`error services-size ${SERVICES}[0]`]],
    ['10.96.0.0/27', []],
    ['10.96.0.0/28', [`warning services-size ${SERVICES}[0]`]],
    ['10.96.0.0/29', [`error services-size ${SERVICES}[0]`]],
    ['10.96.0.1/32', [`error services-size ${SERVICES}[0]`]],
  ])('%s', (block, expected) => {
    expect(findings(docker, { [SERVICES]: [block] })).toEqual(expected);
  });
});
