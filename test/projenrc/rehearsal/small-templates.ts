/** Templates by hand, as small as a defect allows, and what the rehearsal finds in them. */
import { rehearseCreation } from '../../../projenrc/checks/rehearsal/rehearse';
import type { StackOfAssembly, Template, TemplateResource } from '../../../projenrc/checks/rehearsal/world/assembly';
import { World } from '../../../projenrc/checks/rehearsal/world/world';

export type Resources = Readonly<Record<string, TemplateResource>>;

export const ref = (id: string) => ({ Ref: id });
export const att = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });

export function stack(
  name: string,
  Resources: Resources,
  more: Partial<StackOfAssembly> & { readonly Outputs?: object } = {},
): StackOfAssembly {
  const { Outputs = {}, ...rest } = more;
  return { name, template: { Resources, Outputs } as Template, after: [], paths: new Map(), nested: new Map(), ...rest };
}

export function worldOf(Resources: Resources): World {
  return new World([stack('S', Resources)]);
}

/** Names of rules that are broken, without repetition. */
export function creating(world: Resources | World): readonly string[] {
  const { findings } = rehearseCreation(world instanceof World ? world : worldOf(world));
  return [...new Set(findings.map(({ rule }) => rule))];
}

/** `kubectl apply` of objects on the cluster `Cluster`. */
export function manifest(
  objects: readonly object[],
  more: Partial<TemplateResource> = {},
  tokens: Readonly<Record<string,
  object>> = {},
): TemplateResource {
  const pieces = JSON.stringify(objects).split(/<(\w+)>/).map((piece, at) => at % 2 === 0 ? piece : tokens[piece]!);
  return {
    Type: 'Custom::AWSCDK-EKS-KubernetesResource',
    Properties: {
      ServiceToken: att('Kubectl'),
      ServiceTimeout: '960',
      ClusterName: ref('Cluster'),
      Manifest: { 'Fn::Join': ['', pieces] },
    } as never,
    ...more,
  };
}

export function look(
  ObjectType: string,
  ObjectName: string,
  JsonPath: string,
  more: Partial<TemplateResource> = {},
  TimeoutSeconds = 780,
): TemplateResource {
  return {
    Type: 'Custom::AWSCDK-EKS-KubernetesObjectValue',
    Properties: {
      ServiceToken: att('Kubectl'), ServiceTimeout: '960', ClusterName: ref('Cluster'), TimeoutSeconds,
      ObjectType, ObjectName, ObjectNamespace: 'plane', JsonPath,
    } as never,
    ...more,
  };
}

const KUBECTL: Resources = {
  KubectlRole: { Type: 'AWS::IAM::Role', Properties: {} },
  Kubectl: { Type: 'AWS::Lambda::Function', Properties: { Role: att('KubectlRole') } as never },
};

/** A cluster with Auto Mode and what runs kubectl on it. */
export const CLUSTER: Resources = {
  ...KUBECTL,
  Cluster: {
    Type: 'AWS::EKS::Cluster',
    Properties: { ComputeConfig: { Enabled: true }, KubernetesNetworkConfig: { ElasticLoadBalancing: { Enabled: true } } },
  },
};

export const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plane' } };
const LABELS = { app: 'plane' };

export function object<Rest extends object>(kind: string, apiVersion: string, name: string, rest = {} as Rest) {
  return { apiVersion, kind, metadata: { name, namespace: 'plane' }, ...rest };
}

export function pods(name: string, env: Readonly<Record<string, string>> = {}, spec: object = {}) {
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [{ name: 'gateway', env: Object.entries(env).map(([key, value]) => ({ name: key, value })) }], ...spec },
  };
  return object('Deployment', 'apps/v1', name, { spec: { selector: { matchLabels: LABELS }, template } });
}

export function job(name: string, env: Readonly<Record<string, string>> = {}, spec: object = {}) {
  const template = {
    spec: {
      containers: [{
        name: 'migrations',
        env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
      }],
    },
  };
  return object('Job', 'batch/v1', name, { spec: { template, ...spec } });
}

export function balancer(name: string) {
  return object('Service', 'v1', name, { spec: { type: 'LoadBalancer', loadBalancerClass: 'eks.amazonaws.com/nlb', selector: LABELS } });
}
