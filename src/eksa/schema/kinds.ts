/** Every kind of document that the rules know, with its shape. The file may contain other kinds; the rules ignore them. */
import { CLUSTER_SPEC } from './cluster';
import { AWS_IAM_SPEC, FLUX_SPEC, GIT_OPS_SPEC, OIDC_SPEC } from './identity';
import { free, integer, list, map, object, text } from './shape';
import type { ObjectShape } from './shape';
import { TINKERBELL_DATACENTER_SPEC, TINKERBELL_MACHINE_SPEC, TINKERBELL_TEMPLATE_SPEC } from './tinkerbell';
import { VSPHERE_DATACENTER_SPEC, VSPHERE_MACHINE_SPEC } from './vsphere';

export const API_VERSION = 'anywhere.eks.amazonaws.com/v1alpha1';

const METADATA = object({
  annotations: map(),
  creationTimestamp: text,
  deletionGracePeriodSeconds: integer,
  deletionTimestamp: text,
  finalizers: list(text),
  generateName: text,
  generation: integer,
  labels: map(),
  managedFields: free,
  name: text,
  namespace: text,
  ownerReferences: free,
  resourceVersion: text,
  selfLink: text,
  uid: text,
});

function document(spec: ObjectShape): ObjectShape {
  return object({ apiVersion: text, kind: text, metadata: METADATA, spec, status: free });
}

export const KINDS = {
  Cluster: document(CLUSTER_SPEC),
  TinkerbellDatacenterConfig: document(TINKERBELL_DATACENTER_SPEC),
  TinkerbellMachineConfig: document(TINKERBELL_MACHINE_SPEC),
  TinkerbellTemplateConfig: document(TINKERBELL_TEMPLATE_SPEC),
  VSphereDatacenterConfig: document(VSPHERE_DATACENTER_SPEC),
  VSphereMachineConfig: document(VSPHERE_MACHINE_SPEC),
  DockerDatacenterConfig: document(object({})),
  OIDCConfig: document(OIDC_SPEC),
  AWSIamConfig: document(AWS_IAM_SPEC),
  FluxConfig: document(FLUX_SPEC),
  GitOpsConfig: document(GIT_OPS_SPEC),
} as const;

type Kind = keyof typeof KINDS;

export function isKnownKind(kind: unknown): kind is Kind {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}
