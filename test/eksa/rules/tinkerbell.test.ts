/** Rules about bare metal at their edges: its datacenter, its machine configurations, and what they and the Cluster agree on. */
import { licenseToken } from '../license-token';
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const CP = 'Cluster.spec.controlPlaneConfiguration';
const GROUPS = 'Cluster.spec.workerNodeGroupConfigurations';
const GROUP = `${GROUPS}[0]`;
const DATACENTER = 'TinkerbellDatacenterConfig/lab.spec';
const CONTROL = 'TinkerbellMachineConfig/lab-cp.spec';
const WORKER = 'TinkerbellMachineConfig/lab-md-0.spec';
const AFFINITY = `${CONTROL}.hardwareAffinity`;
const IN_PLACE = { type: 'InPlace' };
const { affinity, bareMetal } = BASES;
const WORKER_REF = { kind: 'TinkerbellMachineConfig', name: 'lab-md-0' };

describe('datacenter', () => {
  const ISO = `${DATACENTER}.hookIsoURL`;
  const BOOT = `${DATACENTER}.isoBoot`;
  const IP = `${DATACENTER}.tinkerbellIP`;

  test.each<[string, Changes, string[]]>([
    ['an image that is no URL', { [`${DATACENTER}.osImageURL`]: 'ubuntu-1-35' }, [`error T3 ${DATACENTER}.osImageURL`]],
    ['an empty path of hook images', { [`${DATACENTER}.hookImagesURLPath`]: '' }, []],
    ['no address', { [IP]: undefined }, [`error T4 ${IP}`]],
    ['an empty address', { [IP]: '' }, [`error T4 ${IP}`]],
    ['a name for an address', { [IP]: 'tinkerbell' }, [`error T4 ${IP}`]],
    ['the endpoint\'s address', { [IP]: '10.20.0.10' }, [`error T26 ${IP}`]],
    ['the endpoint\'s address, written otherwise', { [IP]: '::ffff:10.20.0.10' }, [`error T26 ${IP}`]],
    ['no address and no endpoint', { [IP]: undefined, [`${CP}.endpoint`]: undefined }, [`error C3 ${CP}.endpoint.host`, `error T4 ${IP}`]],
    ['an empty image to boot', { [ISO]: '' }, []],
    ['an image to boot, switched off', { [ISO]: 'http://x/a.iso', [BOOT]: false }, [`error T5 ${BOOT}`]],
    ['a name for an image to boot', { [ISO]: 'a.iso', [BOOT]: true }, [`error T5 ${ISO}`]],
    ['an image to boot that is none', { [ISO]: 'http://x/a.iso.gz', [BOOT]: true }, [`error T25 ${ISO}`]],
    ['hook images elsewhere, without a proxy', { [`${DATACENTER}.hookImagesURLPath`]: 'http://x/hook' }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

describe('choice of machines', () => {
  const required = (type: string) => ({ required: [{ labelSelector: { matchLabels: { type } } }] });
  const expression = (operator: string | undefined, values?: string[]) => ({ key: 'rack', operator, values });
  const EXPRESSIONS = `${AFFINITY}.required[0].labelSelector.matchExpressions`;

  test.each<[string, Base, Changes, string[]]>([
    ['by both', bareMetal, { [AFFINITY]: required('cp') }, [`error T7 ${AFFINITY}`]],
    ['by an empty selector', bareMetal, { [`${CONTROL}.hardwareSelector`]: {} }, [`error T7 ${CONTROL}.hardwareSelector`]],
    ['by nothing, beside one that chooses by labels', affinity, { [AFFINITY]: undefined }, [`error T7 ${CONTROL}.hardwareSelector`]],
    ['by nothing, beside one that chooses by affinity', affinity, { [`${WORKER}.hardwareSelector`]: undefined }, [
      `error T7 ${WORKER}.hardwareAffinity`,
    ]],
    ['by nothing, in a cluster of one machine configuration', bareMetal, {
      [`${CONTROL}.hardwareSelector`]: undefined, [GROUPS]: [],
    }, [`error T7 ${CONTROL}.hardwareSelector`, 'warning P9 TinkerbellMachineConfig/lab-md-0.metadata.name']],
    ['by affinity without terms', affinity, { [AFFINITY]: {} }, [`error T9 ${AFFINITY}.required`, `warning T31 ${AFFINITY}`]],
    ['by a selector of no labels', affinity, { [`${AFFINITY}.required`]: [{ labelSelector: {} }] }, []],
    ['by a value that YAML reads otherwise', bareMetal, {
      [`${CONTROL}.hardwareSelector`]: { type: 'yes' }, 'csv:node-01.labels': 'type=yes',
    }, [`error S8 ${CONTROL}.hardwareSelector.type`, 'error S8 hardware.csv/node-01.labels']],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });

  test.each<[object, string[]]>([
    [expression('In', ['r1']), []],
    [expression('NotIn', ['r1']), []],
    [expression('Exists'), []],
    [expression('DoesNotExist', []), []],
    [expression('In', []), [`error T12 ${EXPRESSIONS}[0].values`]],
    [expression('NotIn'), [`error T12 ${EXPRESSIONS}[0].values`]],
    [expression('Exists', ['r1']), [`error T12 ${EXPRESSIONS}[0].values`]],
    [expression('DoesNotExist', ['r1']), [`error T12 ${EXPRESSIONS}[0].values`]],
    [expression(''), [`error T11 ${EXPRESSIONS}[0].operator`]],
    [expression('Gt', ['1']), [`error T11 ${EXPRESSIONS}[0].operator`]],
  ])('by the expression %j', (given, expected) => {
    expect(findings(affinity, { [EXPRESSIONS]: [given], 'csv:node-01.labels': 'type=cp|rack=r1' }).filter((line) => !/^warning/.test(line)))
      .toEqual(expected);
  });

  test('expressions of preferred terms are judged as well', () => {
    const at = `${AFFINITY}.preferred[0].hardwareAffinityTerm.labelSelector.matchExpressions`;
    expect(findings(affinity, { [at]: [expression('Exists'), expression('Gt')] })).toEqual([`error T11 ${at}[1].operator`]);
  });
});

describe('operating systems', () => {
  const EACH = [CONTROL, WORKER];
  const family = (machines: readonly string[], name: string) => Object.fromEntries(machines.map((at) => [`${at}.osFamily`, name]));
  const OLD = {
    'Cluster.spec.kubernetesVersion': '1.28', 'Cluster.spec.licenseToken': licenseToken(), [`${DATACENTER}.osImageURL`]: 'http://10.20.0.2/1-28',
  };

  test.each<[string, Changes, string[]]>([
    ['an unknown one', family(EACH, 'windows'), EACH.map((at) => `error T13 ${at}.osFamily`)],
    ['an unknown one beside a known one', family([WORKER], 'windows'), [`error T13 ${WORKER}.osFamily`]],
    ['an unknown one of the control plane', family([CONTROL], 'windows'), [`error T13 ${CONTROL}.osFamily`]],
    ['none', family([CONTROL], ''), [`error T13 ${CONTROL}.osFamily`]],
    ['two', family([WORKER], 'redhat'), EACH.map((at) => `error T18 ${at}.osFamily`)],
    ['two, in two groups of one machine configuration', {
      ...family([WORKER], 'redhat'), [`${GROUPS}[1]`]: { name: 'b', count: 0, machineGroupRef: WORKER_REF },
    }, EACH.map((at) => `error T18 ${at}.osFamily`)],
    ['Bottlerocket', family(EACH, 'bottlerocket'), EACH.map((at) => `error T19 ${at}.osFamily`)],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });

  test('Bottlerocket is for Kubernetes 1.28 and older', () => {
    const options = { eksAnywhereVersion: 'v0.24.0', today: '2025-11-01' };
    const newer = { ...OLD, 'Cluster.spec.kubernetesVersion': '1.29', [`${DATACENTER}.osImageURL`]: 'http://10.20.0.2/1-29' };
    expect(findings(bareMetal, { ...OLD, ...family(EACH, 'bottlerocket') }, options)).toEqual([]);
    expect(findings(bareMetal, { ...newer, ...family(EACH, 'bottlerocket') }, options))
      .toEqual(EACH.map((at) => `error T19 ${at}.osFamily`));
    const older = { ...newer, [`${GROUP}.kubernetesVersion`]: '1.28', [`${DATACENTER}.osImageURL`]: 'http://10.20.0.2/1-29-1-28' };
    expect(findings(bareMetal, { ...older, ...family(EACH, 'bottlerocket') }, options)).toEqual([`error T19 ${CONTROL}.osFamily`]);
  });

  test('Bottlerocket cannot be upgraded in place', () => {
    const inPlace = { [`${CP}.upgradeRolloutStrategy`]: IN_PLACE, [`${GROUP}.upgradeRolloutStrategy`]: IN_PLACE };
    const found = (change: Changes) => findings(bareMetal, { ...inPlace, ...change }).filter((line) => / T28 /.test(line));
    expect(found({})).toEqual([]);
    expect(found(family([WORKER], 'bottlerocket'))).toEqual([`error T28 ${WORKER}.osFamily`]);
    expect(found(family([CONTROL], 'bottlerocket'))).toEqual([`error T28 ${CONTROL}.osFamily`]);
    expect(found({ ...family(EACH, 'bottlerocket'), [`${GROUP}.upgradeRolloutStrategy`]: undefined })).toEqual([
      `error T28 ${CONTROL}.osFamily`,
    ]);
  });
});

describe('images', () => {
  const NONE = { [`${DATACENTER}.osImageURL`]: undefined };
  const image = (at: string, url: string) => ({ [`${at}.osImageURL`]: url });

  test.each<[string, Changes, string[]]>([
    ['none anywhere', NONE, [`error T20 ${DATACENTER}.osImageURL`]],
    ['none, for machines of Bottlerocket and one other', { ...NONE, [`${WORKER}.osFamily`]: 'bottlerocket' }, [
      `error T18 ${CONTROL}.osFamily`, `error T18 ${WORKER}.osFamily`, `error T19 ${WORKER}.osFamily`, `error T20 ${DATACENTER}.osImageURL`,
    ]],
    ['none, for machines of Bottlerocket', { ...NONE, [`${CONTROL}.osFamily`]: 'bottlerocket', [`${WORKER}.osFamily`]: 'bottlerocket' }, [
      `error T19 ${CONTROL}.osFamily`, `error T19 ${WORKER}.osFamily`,
    ]],
    ['none, for machines of no family', { ...NONE, [`${CONTROL}.osFamily`]: '', [`${WORKER}.osFamily`]: '' }, [
      `error T13 ${CONTROL}.osFamily`, `error T13 ${WORKER}.osFamily`,
    ]],
    ['on one machine configuration of two', { ...NONE, ...image(WORKER, 'http://x/1-35') }, [`error T22 ${CONTROL}.osImageURL`]],
    ['on both levels', image(WORKER, 'http://x/1-35'), [`error T21 ${WORKER}.osImageURL`]],
    ['that is no URL', { ...NONE, ...image(WORKER, 'image-1-35'), ...image(CONTROL, 'http://x/1-35') }, [`error T14 ${WORKER}.osImageURL`]],
    ['of another version', image(DATACENTER, 'http://x/1-34'), [`error T23 ${DATACENTER}.osImageURL`]],
    ['with the version in any form', image(DATACENTER, 'http://x/ubuntu_1_35'), []],
    ['of no version of the cluster', { 'Cluster.spec.kubernetesVersion': '' }, ['error version Cluster.spec.kubernetesVersion']],
    ['shared by a group of another version', { [`${GROUP}.kubernetesVersion`]: '1.34' }, [`error T23 ${DATACENTER}.osImageURL`]],
    ['shared by two groups of another version', {
      [`${GROUP}.kubernetesVersion`]: '1.34',
      [`${GROUPS}[1]`]: { name: 'b', count: 0, kubernetesVersion: '1.34', machineGroupRef: WORKER_REF },
    }, [`error T23 ${DATACENTER}.osImageURL`]],
    ['shared by two groups of two other versions', {
      'Cluster.spec.licenseToken': licenseToken(),
      [`${GROUP}.kubernetesVersion`]: '1.34',
      [`${GROUPS}[1]`]: { name: 'b', count: 0, kubernetesVersion: '1.33', machineGroupRef: WORKER_REF },
    }, [`error T23 ${DATACENTER}.osImageURL`, `error T23 ${DATACENTER}.osImageURL`]],
    ['of a group without a machine configuration', {
      [`${GROUP}.machineGroupRef.name`]: 'x', ...NONE, ...image(CONTROL, 'http://x/1-35'),
    }, [
      `error X2 ${GROUP}.machineGroupRef.name`, 'warning P9 TinkerbellMachineConfig/lab-md-0.metadata.name',
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

describe('roll-out', () => {
  const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const CONTROL_ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
  const SCALED = { [`${GROUP}.autoscalingConfiguration`]: { minCount: 1, maxCount: 1 } };

  test.each<[string, Changes, string[]]>([
    ['in place of the workers only', { [`${GROUP}.upgradeRolloutStrategy`]: IN_PLACE }, [
      `error T29 ${GROUP}.upgradeRolloutStrategy.type`,
    ]],
    ['rolling of the workers only', { [`${GROUP}.upgradeRolloutStrategy`]: ROLLING }, []],
    ['rolling of the control plane only', { [`${CP}.upgradeRolloutStrategy`]: CONTROL_ROLLING }, []],
    ['rolling of the workers, in place of the control plane', {
      [`${GROUP}.upgradeRolloutStrategy`]: ROLLING, [`${CP}.upgradeRolloutStrategy`]: IN_PLACE,
    }, [`error T29 ${GROUP}.upgradeRolloutStrategy.type`]],
    ['in place of a group that is scaled', { ...SCALED, [`${GROUP}.upgradeRolloutStrategy`]: IN_PLACE }, [
      `error T29 ${GROUP}.upgradeRolloutStrategy.type`, `error T30 ${GROUP}.autoscalingConfiguration`,
    ]],
    ['rolling of a group that is scaled', { ...SCALED, [`${GROUP}.upgradeRolloutStrategy`]: ROLLING }, []],
    ['in place of a group beside one that is scaled', {
      ...SCALED, [`${GROUPS}[1]`]: { name: 'b', count: 0, machineGroupRef: WORKER_REF, upgradeRolloutStrategy: IN_PLACE },
    }, [`error T29 ${GROUPS}[1].upgradeRolloutStrategy.type`]],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});
