/** What pods need before they run: namespace, service account, credentials, volumes, nodes, a network with its policies. */
import { NEW_NODE } from '../durations';
import { isObject, listAt, numberAt, objectAt, textAt } from '../world/json';
import { matches, podTemplateOf } from '../world/kubernetes-objects';
import type { KubernetesObject } from '../world/kubernetes-objects';
import type { Workload } from '../world/workloads';
import type { World } from '../world/world';
import { partEvents, partsOf } from './clusters';
import { events } from './need';
import type { Need } from './need';
import { associationsOf } from './roles';

const ALWAYS_THERE = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const SECRETS_DRIVER = 'secrets-store.csi.k8s.io';
const SECRETS_ADDONS = ['aws-secrets-store-csi-driver-provider', 'secrets-store-csi-driver-provider-aws'];

export function podNeeds(world: World): readonly Need[] {
  return world.workloads.flatMap((workload) => {
    if (workload.cluster === undefined) return [];
    return [
      ...nodeNeeds(world, workload),
      ...identityNeeds(world, workload),
      ...workload.object ? [...accountNeeds(world, workload), ...volumeNeeds(world, workload), ...policyNeeds(world, workload)] : [],
      ...jobNeeds(workload),
    ];
  });
}

function nodeNeeds(world: World, workload: Workload): readonly Need[] {
  const { key, cluster, object } = workload;
  const selector = objectAt(object && podTemplateOf(object), 'spec', 'nodeSelector');
  const parts = partsOf(world, cluster!, selector['eks.amazonaws.com/compute-type'] === 'hybrid');
  if (!parts.isOwn) return [];
  const common = { consumer: key, from: began(workload), until: events.workloadRunning(key), patience: Infinity };
  return [
    {
      ...common, rule: 'nodes-for-pods', what: 'nodes: Auto Mode, or a node group', range: NEW_NODE,
      providers: parts.isAuto ? [events.complete(cluster!)] : parts.nodeGroups.map(events.complete),
      fix: 'give the cluster node groups, or Auto Mode',
    },
    ...['vpc-cni', 'coredns', 'kube-proxy'].map((name) => ({
      ...common, rule: 'cluster-network-for-pods', what: `${name} in the cluster`, providers: partEvents(parts, name),
      fix: `add the add-on ${name} to the cluster`,
    })),
  ];
}

/** Credentials are put into a pod when it is created, and not later. */
function identityNeeds(world: World, workload: Workload): readonly Need[] {
  const { key, cluster, namespace, serviceAccount } = workload;
  const associations = associationsOf(world, cluster, namespace, serviceAccount);
  if (associations.length === 0) return [];
  const parts = partsOf(world, cluster!);
  return [
    ...associations.map((association) => ({
      rule: 'identity-before-pods', consumer: key, what: `the Pod Identity association ${association.path}`, from: began(workload),
      providers: [events.known(association.key)], patience: 0,
      fix: 'apply the pods after the association: objects.node.addDependency(association)',
    })),
    ...parts.isOwn
      ? [{
        rule: 'identity-agent', consumer: key, what: 'the agent of Pod Identity', from: began(workload), until: events.workloadRunning(key),
        providers: partEvents(parts, 'eks-pod-identity-agent'), patience: Infinity, fix: 'add the add-on eks-pod-identity-agent',
      }]
      : [],
  ];
}

function accountNeeds(world: World, { key, cluster, namespace, serviceAccount, object }: Workload): readonly Need[] {
  if (serviceAccount === 'default') return [];
  const accounts = find(world, object!, 'ServiceAccount', serviceAccount!);
  return [{
    rule: 'account-before-pods', consumer: key, what: `the service account ${namespace}/${serviceAccount} on ${cluster}`,
    from: events.applied(key), providers: accounts.map((account) => events.applied(account.key)), patience: 0,
    fix: 'apply the service account first',
  }];
}

function volumeNeeds(world: World, { key, object }: Workload): readonly Need[] {
  const spec = objectAt(podTemplateOf(object!), 'spec');
  const common = { consumer: key, from: events.applied(key), until: events.workloadRunning(key), patience: Infinity };
  return listAt(spec, 'volumes').filter(isObject).flatMap((volume): readonly Need[] => {
    const driver = textAt(volume, 'csi', 'driver');
    const kinds: readonly (readonly [kind: string, name: string | undefined])[] = [
      ['ConfigMap', textAt(volume, 'configMap', 'name')],
      ['PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName')],
      ['SecretProviderClass', driver === SECRETS_DRIVER ? textAt(volume, 'csi', 'volumeAttributes', 'secretProviderClass') : undefined],
    ];
    const parts = partsOf(world, object!.cluster);
    return [
      ...kinds.flatMap(([kind, name]) => name === undefined ? [] : [{
        ...common, rule: 'volume-for-pods', what: `${kind} ${object!.namespace}/${name}`,
        providers: find(world, object!, kind, name).map((found) => events.applied(found.key)),
        fix: `apply the ${kind} with the pods`,
      }]),
      ...driver === SECRETS_DRIVER && parts.isOwn
        ? [{
          ...common, rule: 'driver-for-pods', what: `the driver ${driver}`, providers: partEvents(parts, ...SECRETS_ADDONS),
          fix: `add the add-on ${SECRETS_ADDONS[0]} to the cluster`,
        }]
        : [],
    ];
  });
}

/** A pod that runs before its network policy talks to every address. */
function policyNeeds(world: World, { key, cluster, namespace, labels }: Workload): readonly Need[] {
  return world.objects
    .filter((object) => object.kind === 'NetworkPolicy' && object.cluster === cluster && object.namespace === namespace)
    .filter(({ body }) => matches(objectAt(body, 'spec', 'podSelector', 'matchLabels'), labels))
    .map((policy) => ({
      rule: 'policy-before-pods', consumer: key, what: `the network policy ${policy.name}`, from: events.applied(key),
      providers: [events.applied(policy.key)], patience: 0, alsoToDelete: false, fix: 'apply network policies before pods',
    }));
}

/** A Job has a time of its own, from the moment that it is there. */
function jobNeeds({ key, kind, object }: Workload): readonly Need[] {
  const seconds = numberAt(object?.body, 'spec', 'activeDeadlineSeconds');
  if (kind !== 'job' || seconds === undefined) return [];
  return [{
    rule: 'job-in-time', consumer: key, what: 'everything that its pod needs, within activeDeadlineSeconds', from: events.applied(key),
    providers: [events.workloadReady(key)], patience: seconds,
    fix: 'apply the Job when what it needs is there, or raise activeDeadlineSeconds',
  }];
}

export function find(world: World, { cluster, namespace }: KubernetesObject, kind: string, name: string): readonly KubernetesObject[] {
  return world.objects.filter((object) =>
    object.kind === kind && object.cluster === cluster && object.name === name && object.namespace === namespace);
}

/** Namespaces, kinds and webhooks of every object. */
export function objectNeeds(world: World): readonly Need[] {
  return world.objects.flatMap((object): readonly Need[] => {
    const { key, namespace, cluster } = object;
    const parts = partsOf(world, cluster);
    const spaces = world.objects.filter(
      ({ kind, name, cluster: other }) => kind === 'Namespace' && name === namespace && other === cluster,
    );
    const isMadeByChart = world.releases.some((release) => release.cluster === cluster && release.namespace === namespace);
    const common = { consumer: key, from: events.applied(key), patience: 0 };
    return [
      ...namespace === '' || ALWAYS_THERE.includes(namespace) || isMadeByChart && spaces.length === 0 ? [] : [{
        ...common, rule: 'namespace-first', what: `the namespace ${namespace}`, providers: spaces.map((space) => events.applied(space.key)),
        alsoToDelete: true, fix: 'apply the Namespace before what is in it',
      }],
      ...KINDS.filter(({ group }) => group === object.group && parts.isOwn).map(({ from }) => ({
        ...common, rule: 'kind-known', what: `the kind ${object.kind}: ${from.join(' or ')}`, providers: partEvents(parts, ...from),
        alsoToDelete: true, fix: 'let the objects depend on the add-on or chart',
      })),
      ...object.kind === 'HorizontalPodAutoscaler' && parts.isOwn
        ? [{
          ...common, rule: 'metrics-for-scaling', what: 'metrics-server', providers: partEvents(
            parts,
            'metrics-server',
          ), patience: Infinity,
          fix: 'add the add-on metrics-server',
        }]
        : [],
    ];
  });
}

/** Kinds that something brings into a cluster. */
const KINDS: readonly { readonly group: string; readonly from: readonly string[] }[] = [
  { group: 'secrets-store.csi.x-k8s.io', from: SECRETS_ADDONS },
  { group: 'cert-manager.io', from: ['cert-manager'] },
  { group: 'awspca.cert-manager.io', from: ['aws-privateca-connector-for-kubernetes', 'aws-privateca-issuer'] },
  { group: 'external-secrets.io', from: ['external-secrets'] },
  { group: 'monitoring.coreos.com', from: ['prometheus-operator-crds', 'kube-prometheus-stack'] },
  { group: 'elbv2.k8s.aws', from: ['aws-load-balancer-controller'] },
];

export function releaseNeeds(world: World): readonly Need[] {
  return world.releases.flatMap(({ resource: { key }, waits, timeoutSeconds }) => waits
    ? [{
      rule: 'release-in-time', consumer: key, what: 'pods that are ready, for which Helm waits', from: events.applied(key),
      providers: [events.workloadReady(key)], patience: timeoutSeconds, until: events.complete(key),
      fix: 'install the release when what its pods need is there, or raise its timeout',
    }]
    : []);
}

function began({ key }: Workload): string {
  return events.applied(key);
}

