/**
 * Objects of Kubernetes' own kinds, typed by the interfaces that cdk8s-plus generates from its API: a field that a kind
 * does not have does not compile. Types only: nothing of cdk8s-plus is loaded, and none of these types is part of the
 * public API.
 */
import type { k8s } from 'cdk8s-plus-27';
import type { KubernetesObject } from './object';

/** Fields that cdk8s spells differently than the API. */
interface ApiSpelling {
  readonly clusterIp: 'clusterIP';
  readonly loadBalancerIp: 'loadBalancerIP';
  readonly nonResourceUrLs: 'nonResourceURLs';
}

/** A generated interface as the plain data of a manifest: quantities and ports as text or numbers, everything read-only. */
export type Plain<T> = T extends k8s.IntOrString | k8s.Quantity
  ? string | number
  : T extends Date
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : T extends object
        ? { readonly [Field in keyof T as Field extends keyof ApiSpelling ? ApiSpelling[Field] : Field]: Plain<T[Field]> }
        : T;

interface Kinds {
  readonly 'v1 ConfigMap': k8s.KubeConfigMapProps;
  readonly 'v1 Namespace': k8s.KubeNamespaceProps;
  readonly 'v1 Secret': k8s.KubeSecretProps;
  readonly 'v1 Service': k8s.KubeServiceProps;
  readonly 'v1 ServiceAccount': k8s.KubeServiceAccountProps;
  readonly 'apps/v1 Deployment': k8s.KubeDeploymentProps;
  readonly 'apps/v1 StatefulSet': k8s.KubeStatefulSetProps;
  readonly 'autoscaling/v2 HorizontalPodAutoscaler': k8s.KubeHorizontalPodAutoscalerV2Props;
  readonly 'batch/v1 Job': k8s.KubeJobProps;
  readonly 'networking.k8s.io/v1 NetworkPolicy': k8s.KubeNetworkPolicyProps;
  readonly 'policy/v1 PodDisruptionBudget': k8s.KubePodDisruptionBudgetProps;
  readonly 'rbac.authorization.k8s.io/v1 ClusterRole': k8s.KubeClusterRoleProps;
  readonly 'rbac.authorization.k8s.io/v1 ClusterRoleBinding': k8s.KubeClusterRoleBindingProps;
  readonly 'rbac.authorization.k8s.io/v1 Role': k8s.KubeRoleProps;
  readonly 'rbac.authorization.k8s.io/v1 RoleBinding': k8s.KubeRoleBindingProps;
}

type NativeObject = {
  [Name in keyof Kinds]: Name extends `${infer ApiVersion} ${infer Kind}`
    ? { readonly apiVersion: ApiVersion; readonly kind: Kind; readonly metadata: KubernetesObject['metadata'] } & Omit<
      Plain<Kinds[Name]>,
      'metadata'
    >
    : never;
}[keyof Kinds];

export type PodTemplate = Plain<k8s.PodTemplateSpec>;
export type PodSpec = Plain<k8s.PodSpec>;
export type Container = Plain<k8s.Container>;
export type Probe = Plain<k8s.Probe>;
export type ServiceSpec = Plain<k8s.ServiceSpec>;
export type NetworkPolicySpec = Plain<k8s.NetworkPolicySpec>;

/** The object as it is, once its fields are those of its kind. */
export function native(object: NativeObject): KubernetesObject {
  return object;
}
