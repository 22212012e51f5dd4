/**
 * What every Kubernetes object of a plane has to keep, whatever options a program gives: restricted pods, and
 * neighbours that keep them running.
 */
import { Token } from 'aws-cdk-lib';
import type { KubernetesObject } from '../kubernetes/object';

interface ManifestRule {
  readonly id: string;
  /** Which objects it is about. */
  readonly kinds: readonly string[];
  readonly finding: string;
  readonly reason: string;
  readonly fix: string;
  /** Whether the object keeps it. `all` are the objects of one plane. */
  keeps(object: any, all: readonly any[]): boolean;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];
const SERVERS = ['Deployment', 'StatefulSet'];
const SECRET_NAME = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY)$/i;

const podOf = (object: any) => object.spec.template.spec;
const containersOf = (object: any): any[] => [...podOf(object).initContainers ?? [], ...podOf(object).containers];
const everyContainer = (holds: (container: any) => boolean) => (object: any) => containersOf(object).every(holds);
const selects = (selector: any, object: any) => selector !== undefined
  && Object.entries(selector).every(([key, value]) => object.spec.template.metadata.labels?.[key] === value);

export const MANIFEST_RULES: readonly ManifestRule[] = [
  {
    id: 'POD_USER',
    kinds: WORKLOADS,
    keeps: (object) => podOf(object).securityContext?.runAsNonRoot === true && podOf(object).securityContext.runAsUser > 10_000,
    finding: 'the pod runs as root, or as a user that a machine may have, too',
    reason: 'a process that breaks out of its container would be that user there',
    fix: 'runAsNonRoot: true and a runAsUser above 10000',
  },
  {
    id: 'POD_SECCOMP',
    kinds: WORKLOADS,
    keeps: (object) => podOf(object).securityContext?.seccompProfile?.type === 'RuntimeDefault',
    finding: 'the pod may use every system call',
    reason: 'most faults of kernels are behind calls that no gateway makes',
    fix: 'seccompProfile: { type: RuntimeDefault }',
  },
  {
    id: 'POD_TOKEN',
    kinds: WORKLOADS,
    keeps: (object) => podOf(object).automountServiceAccountToken === false && podOf(object).serviceAccountName !== undefined,
    finding: 'the pod sees a token of the Kubernetes API, or shares its account with others',
    reason: 'nothing in a plane talks to the API server',
    fix: 'automountServiceAccountToken: false and a serviceAccountName of its own',
  },
  {
    id: 'POD_HOST',
    kinds: WORKLOADS,
    keeps: (object) =>
      !['hostNetwork', 'hostPID', 'hostIPC'].some((field) => podOf(object)[field]) &&
      !(podOf(object).volumes ?? []).some((volume: any) => volume.hostPath),
    finding: 'the pod shares network, processes or folders with its machine',
    reason: 'who owns the pod would own the machine',
    fix: 'leave out hostNetwork, hostPID, hostIPC and hostPath',
  },
  {
    id: 'POD_BOUNDED_FOLDERS',
    kinds: WORKLOADS,
    keeps: (object) => (podOf(object).volumes ?? []).every((volume: any) => !volume.emptyDir || volume.emptyDir.sizeLimit !== undefined),
    finding: 'an emptyDir has no sizeLimit',
    reason: 'a log that grows would fill the disk of the machine, and take its neighbours down',
    fix: 'give sizeLimit',
  },
  {
    id: 'CONTAINER_PRIVILEGES',
    kinds: WORKLOADS,
    keeps: everyContainer(
      ({ securityContext: given }) =>
        given?.allowPrivilegeEscalation === false &&
        given.privileged !== true &&
        given.capabilities?.drop?.includes('ALL') &&
        !given.capabilities.add,
    ),
    finding: 'a container keeps capabilities, or may win some',
    reason: 'a gateway listens above port 1024 and needs none',
    fix: 'allowPrivilegeEscalation: false, privileged: false, capabilities: { drop: [ALL] }',
  },
  {
    id: 'CONTAINER_ROOT_READ_ONLY',
    kinds: WORKLOADS,
    keeps: everyContainer(({ securityContext }) => securityContext?.readOnlyRootFilesystem === true),
    finding: 'a container can change its own program',
    reason: 'what got in would stay in',
    fix: 'readOnlyRootFilesystem: true, with an emptyDir where files are written',
  },
  {
    id: 'CONTAINER_RESOURCES',
    kinds: WORKLOADS,
    keeps: everyContainer(({ resources }) =>
      ['requests', 'limits'].every((part) =>
        ['cpu', 'memory', 'ephemeral-storage'].every((kind) => resources?.[part]?.[kind] !== undefined),
      ),
    ),
    finding: 'a container lacks a request or a limit of cpu, memory or ephemeral-storage',
    reason: 'the scheduler cannot plan with it, and a neighbour that misbehaves starves it',
    fix: 'give both for all three',
  },
  {
    id: 'CONTAINER_IMAGE',
    kinds: WORKLOADS,
    // At synth it may be a token, which stands for an asset: its tag is a hash.
    keeps: everyContainer(({ image }) => Token.isUnresolved(image) || /(:(?!latest$)[^/:]+|@sha256:[0-9a-f]{64})$/.test(image)),
    finding: 'an image has no tag, or latest',
    reason: 'two nodes of one plane could run two unknown versions',
    fix: 'name a version or a digest',
  },
  {
    id: 'CONTAINER_PROBES',
    kinds: SERVERS,
    keeps: (object) =>
      podOf(object).containers.every(
        ({ startupProbe, livenessProbe, readinessProbe }: any) =>
          startupProbe &&
          livenessProbe &&
          readinessProbe &&
          JSON.stringify(livenessProbe.httpGet ?? livenessProbe) !== JSON.stringify(readinessProbe.httpGet ?? readinessProbe),
      ),
    finding: 'a container is not asked whether it started, lives and is ready, or the last two are one question',
    reason: 'a plane without its control plane still serves: it is not to be killed for that',
    fix: 'three probes, with another path for readiness',
  },
  {
    id: 'CONTAINER_PORTS',
    kinds: WORKLOADS,
    keeps: everyContainer(({ ports = [] }) =>
      ports.every((port: any) => port.containerPort > 1024 && port.name !== undefined && port.hostPort === undefined),
    ),
    finding: 'a port is below 1024, has no name, or is one of the machine',
    reason: 'low ports need a capability, and names tie services and policies to them',
    fix: 'named ports above 1024; the Service translates',
  },
  {
    id: 'ENV_SECRET',
    kinds: WORKLOADS,
    keeps: everyContainer(({ env = [] }) => env.every(({ name, value }: any) => value === undefined || !SECRET_NAME.test(name))),
    finding: 'a secret is written as text into env',
    reason: 'every reader of the pod or the manifest sees it',
    fix: 'mount it as a file',
  },
  {
    id: 'ENV_TWICE',
    kinds: WORKLOADS,
    keeps: everyContainer(({ env = [] }) => new Set(env.map(({ name }: any) => name)).size === env.length),
    finding: 'a variable is in env twice',
    reason: 'which one counts depends on who applies it',
    fix: 'give it once',
  },
  {
    id: 'SERVER_SPREAD',
    kinds: SERVERS,
    keeps: (object) =>
      podOf(object).topologySpreadConstraints?.some(({ topologyKey }: any) => topologyKey === 'kubernetes.io/hostname') &&
      podOf(object).affinity?.podAntiAffinity !== undefined,
    finding: 'all pods may land on one machine',
    reason: 'that machine would take the plane with it',
    fix: 'topologySpreadConstraints by hostname and zone, and podAntiAffinity',
  },
  {
    id: 'SERVER_REPLICAS',
    kinds: SERVERS,
    keeps: (object, all) => {
      const scaler = all.find(({ kind, spec }) => kind === 'HorizontalPodAutoscaler' && spec.scaleTargetRef.name === object.metadata.name);
      return scaler ? object.spec.replicas === undefined && scaler.spec.minReplicas >= 2 : object.spec.replicas >= 2;
    },
    finding: 'fewer than two pods, or a number that the autoscaler and the manifest fight over',
    reason: 'replacing one pod would be an outage',
    fix: 'replicas of at least 2, or an autoscaler with minReplicas of at least 2 and no replicas',
  },
  {
    id: 'SERVER_BUDGET',
    kinds: SERVERS,
    keeps: (object, all) =>
      all.some(
        ({ kind, spec }) => kind === 'PodDisruptionBudget' && selects(spec.selector?.matchLabels, object) && spec.maxUnavailable === 1,
      ),
    finding: 'no PodDisruptionBudget with maxUnavailable: 1 selects the pods',
    reason: 'draining machines for an upgrade could stop all of them at once',
    fix: 'a budget with the same labels',
  },
  {
    id: 'POD_ISOLATED',
    kinds: SERVERS,
    keeps: (object, all) =>
      all.some(
        ({ kind, spec }) =>
          kind === 'NetworkPolicy' && selects(spec.podSelector?.matchLabels ?? {}, object) && spec.policyTypes?.includes('Ingress'),
      ),
    finding: 'no NetworkPolicy selects the pods',
    reason: 'every pod of the cluster could call the Admin API',
    fix: 'a policy that names who may call which port',
  },
  {
    id: 'JOB_ENDS',
    kinds: ['Job'],
    keeps: ({ spec }) => spec.activeDeadlineSeconds > 0 && spec.ttlSecondsAfterFinished > 0,
    finding: 'the Job has no deadline, or is never deleted',
    reason: 'a migration that hangs would hang the deployment without saying so',
    fix: 'activeDeadlineSeconds and ttlSecondsAfterFinished',
  },
  {
    id: 'SECRET_TEXT',
    kinds: ['Secret', 'ConfigMap'],
    keeps: ({ kind, data = {}, stringData = {} }) =>
      kind === 'ConfigMap'
        ? !Object.entries({ ...data }).some(
          ([name, value]) => SECRET_NAME.test(name) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(String(value)),
        )
        : Object.keys({ ...data, ...stringData }).length === 0,
    finding: 'secret material is written into the manifest',
    reason: 'manifests are read by people, kept in Git and copied to sites',
    fix: 'keep it in Secrets Manager; a plane mounts it, or External Secrets writes it on site',
  },
  {
    id: 'RBAC_WILDCARD',
    kinds: ['Role', 'ClusterRole'],
    keeps: ({ rules = [] }) =>
      rules.every(({ verbs = [], resources = [], apiGroups = [] }: any) => ![...verbs, ...resources, ...apiGroups].includes('*')),
    finding: 'a role names everything with *',
    reason: 'it grants rights that are not listed, also on future custom resources',
    fix: 'name groups, resources and verbs',
  },
];

/** Rules that the object can keep by itself; the others look at its neighbours, which other files of the plane may hold. */
const OF_NEIGHBOURS = ['SERVER_REPLICAS', 'SERVER_BUDGET', 'POD_ISOLATED'];

/** @returns a sentence for each rule and object that breaks it */
export function manifestBreaches(objects: readonly KubernetesObject[], rules: readonly ManifestRule[] = MANIFEST_RULES): string[] {
  return rules.flatMap(({ id, kinds, keeps, finding, reason, fix }) => objects
    .filter((object) => kinds.includes(object.kind) && !keeps(object, objects))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}: ${finding}: ${reason}; expected ${fix} [${id}]`));
}

/** @throws Error when an object breaks what it can keep by itself */
export function requireManifestRules(objects: readonly KubernetesObject[]): void {
  const [first] = manifestBreaches(objects, MANIFEST_RULES.filter(({ id }) => !OF_NEIGHBOURS.includes(id)));
  if (first !== undefined) throw new Error(first);
}
