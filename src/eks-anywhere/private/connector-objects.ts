import { native } from '../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../private/kubernetes/object';

interface ConnectorObjectsInput {
  readonly connectorImage: string;
  readonly agentImage: string;
  /** Name of the secret in Secrets Manager. */
  readonly secretName: string;
  /** ClusterSecretStore of External Secrets; without one an operator creates the Secret. */
  readonly secretStore?: string;
  /** ARNs of the users and roles that can see the cluster's objects in the console. */
  readonly consoleUsers: readonly string[];
}

const NAME = 'eks-connector';
const METADATA = { name: NAME, namespace: NAME };
const LABELS = { app: NAME };
const ACTIVATION_SECRET = 'eks-connector-activation-config';
const TOKEN_SECRET = 'eks-connector-token';
const AGENT_CONFIG = 'eks-connector-agent';
const STATE_ACCESS = 'eks-connector-secret-access';
const META_ACCESS = 'eks-connector-cluster-meta-access';
const REPLICAS = 2;

/**
 * Names of the activation's keys in the Secret, as the function that registers the cluster writes them, and of the
 * agents' environment variables.
 */
const ACTIVATION = { id: 'EKS_ACTIVATION_ID', code: 'EKS_ACTIVATION_CODE', region: 'EKS_REGION' } as const;

/**
 * The agents that connect a cluster with Amazon EKS, in the order in which they are applied. The shape is that of the
 * manifests that AWS publishes (github.com/aws/amazon-eks-connector), except that the activation comes from one Secret and
 * that pods are scheduled only on nodes that the images run on.
 */
export function connectorObjects(input: ConnectorObjectsInput): KubernetesObject[] {
  return [
    native({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } }),
    ...input.secretStore === undefined ? [] : [activation(input.secretName, input.secretStore)],
    native({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: METADATA, automountServiceAccountToken: false }),
    native({
      apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/service-account-token',
      metadata: { ...METADATA, name: TOKEN_SECRET, annotations: { 'kubernetes.io/service-account.name': NAME } },
    }),
    ...ownAccess(),
    agentConfiguration(),
    agents(input),
    ...protection(),
    ...input.consoleUsers.length === 0 ? [] : consoleAccess(input.consoleUsers),
  ];
}

function activation(secretName: string, secretStore: string): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { ...METADATA, name: ACTIVATION_SECRET },
    spec: {
      refreshInterval: '5m0s',
      secretStoreRef: { kind: 'ClusterSecretStore', name: secretStore },
      target: { name: ACTIVATION_SECRET, creationPolicy: 'Owner' },
      data: Object.keys(ACTIVATION).map((key) => ({ secretKey: key, remoteRef: { key: secretName, property: key } })),
    },
  };
}

/** Each agent keeps its state in a Secret and reads the version of Kubernetes. */
function ownAccess(): KubernetesObject[] {
  const stateSecrets = Array.from({ length: REPLICAS }, (_, index) => `eks-connector-state-${index}`);
  return [
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { ...METADATA, name: STATE_ACCESS },
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'], resourceNames: stateSecrets },
        { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      ],
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { ...METADATA, name: STATE_ACCESS },
      subjects: [serviceAccount()], roleRef: roleRef('Role', STATE_ACCESS),
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: META_ACCESS },
      rules: [{ nonResourceURLs: ['/version'], verbs: ['get'] }],
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: META_ACCESS },
      subjects: [serviceAccount()], roleRef: roleRef('ClusterRole', META_ACCESS),
    }),
  ];
}

/** Settings of the Systems Manager agent inside a container; it logs to its output only. */
function agentConfiguration(): KubernetesObject {
  const agent = { Profile: { KeyAutoRotateDays: 7 }, Agent: { ContainerMode: true }, Identity: { ConsumptionOrder: ['OnPrem'] } };
  const log = [
    '<seelog type="sync" minlevel="info">',
    '  <outputs formatid="line"><console/></outputs>',
    '  <formats><format id="line" format="%Date %Time %LEVEL %Msg%n"/></formats>',
    '</seelog>',
  ];
  return native({
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...METADATA, name: AGENT_CONFIG },
    data: { 'amazon-ssm-agent.json': `${JSON.stringify(agent, undefined, 2)}\n`, 'seelog.xml': `${log.join('\n')}\n` },
  });
}

function agents({ connectorImage, agentImage }: ConnectorObjectsInput): KubernetesObject {
  const token = { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true };
  const vault = { name: 'vault', mountPath: '/var/lib/amazon/ssm/Vault' };
  const shared = { name: 'shared', mountPath: '/var/eks/shared' };
  const podName = { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  const settings = ['amazon-ssm-agent.json', 'seelog.xml'].map((file) => ({
    name: 'settings',
    mountPath: `/etc/amazon/ssm/${file}`,
    subPath: file,
    readOnly: true,
  }));
  const common = {
    imagePullPolicy: 'IfNotPresent',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] } },
  };
  return native({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { ...METADATA, labels: LABELS },
    spec: {
      replicas: REPLICAS,
      serviceName: NAME,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          serviceAccountName: NAME,
          // Mounted below, from the same Secret as in the manifest of AWS.
          automountServiceAccountToken: false,
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          ...PLACEMENT,
          initContainers: [
            {
              name: 'connector-init',
              image: connectorImage,
              ...common,
              args: [
                'init',
                `--activation.id=$(${ACTIVATION.id})`,
                `--activation.code=$(${ACTIVATION.code})`,
                `--agent.region=$(${ACTIVATION.region})`,
              ],
              env: [
                podName,
                ...Object.entries(ACTIVATION).map(([key, name]) => ({
                  name,
                  valueFrom: { secretKeyRef: { name: ACTIVATION_SECRET, key } },
                })),
              ],
              volumeMounts: [token, vault],
            },
          ],
          containers: [
            {
              name: 'connector-agent',
              image: agentImage,
              ...common,
              env: [{ name: 'AWS_EC2_METADATA_DISABLED', value: 'true' }],
              volumeMounts: [shared, vault, ...settings],
            },
            {
              name: 'connector-proxy',
              image: connectorImage,
              ...common,
              args: ['server'],
              env: [podName],
              volumeMounts: [token, shared, vault],
            },
          ],
          volumes: [
            // `shared` contains a socket, `vault` the keys of the registration.
            { name: 'shared', emptyDir: { sizeLimit: '16Mi' } },
            { name: 'vault', emptyDir: { sizeLimit: '64Mi' } },
            { name: 'settings', configMap: { name: AGENT_CONFIG } },
            { name: 'token', secret: { secretName: TOKEN_SECRET } },
          ],
        },
      },
    },
  });
}

/** What agents connect to: names, AWS, and the API server, which has 443 as a Service and 6443 on the machines. */
const EGRESS = [{
  ports: [
    { protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }, { protocol: 'TCP', port: 443 }, { protocol: 'TCP', port: 6443 },
  ],
}];

/** Agents accept no connections; one of them keeps running while machines are replaced. */
function protection(): KubernetesObject[] {
  const selector = { matchLabels: LABELS };
  return [
    native({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: METADATA,
      spec: { podSelector: selector, policyTypes: ['Ingress', 'Egress'], egress: EGRESS },
    }),
    native({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: METADATA, spec: { maxUnavailable: 1, selector } }),
  ];
}

/**
 * The images are for x86 only. The manifest of AWS tolerates only the old name of the control plane's taint, so its pods
 * stay pending on clusters without workers.
 */
const PLACEMENT = {
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
  ],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: LABELS } },
  ],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: LABELS } } },
      ],
    },
  },
};

/** Resources of a cluster that the console shows: no Secrets. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  '': [
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'namespaces',
    'nodes',
    'persistentvolumeclaims',
    'persistentvolumes',
    'pods',
    'podtemplates',
    'replicationcontrollers',
    'resourcequotas',
    'serviceaccounts',
    'services',
  ],
  'admissionregistration.k8s.io': ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apps': ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'autoscaling': ['horizontalpodautoscalers'],
  'batch': ['cronjobs', 'jobs'],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'networking.k8s.io': ['ingressclasses', 'ingresses', 'networkpolicies'],
  'node.k8s.io': ['runtimeclasses'],
  'policy': ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments'],
};

/** The agents impersonate the console's user, who has read access. */
function consoleAccess(users: readonly string[]): KubernetesObject[] {
  const reader = 'eks-connector-console-reader';
  const service = 'eks-connector-service';
  return [
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: service },
      rules: [{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: users }],
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: service },
      subjects: [serviceAccount()],
      roleRef: roleRef('ClusterRole', service),
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: reader },
      rules: Object.entries(SHOWN).map(([group, resources]) => ({ apiGroups: [group], resources, verbs: ['get', 'list'] })),
    }),
    native({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: reader },
      subjects: users.map((name) => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name })),
      roleRef: roleRef('ClusterRole', reader),
    }),
  ];
}

function serviceAccount() {
  return { kind: 'ServiceAccount', name: NAME, namespace: NAME };
}

function roleRef(kind: 'Role' | 'ClusterRole', name: string) {
  return { apiGroup: 'rbac.authorization.k8s.io', kind, name };
}
