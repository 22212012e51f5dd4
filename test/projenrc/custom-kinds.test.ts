/**
 * What controllers are given. An API server drops fields that their definitions do not have, or refuses the object: a
 * real one (kube-apiserver 1.35.4, `projenrc/checks/api-server.ts`) took these paths with the definitions of
 * cert-manager 1.21.2, aws-privateca-issuer 1.12.0, External Secrets 1.3.2, MetalLB 0.16.2, Flux (source-controller and
 * kustomize-controller 1.10.1), and the Prometheus operator 0.85.0.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { emittedObjects } from '../../projenrc/checks/api-server/emitted-objects';
import { defineEveryKind } from '../../projenrc/checks/api-server/every-kind';

/** Paths below `spec`; `[]` is an item of a list, `*` what has names of its own. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  'awspca.cert-manager.io/v1beta1 AWSPCAIssuer': ['arn', 'region'],
  'bmc.tinkerbell.org/v1alpha1 Machine': [
    'connection.authSecretRef.name',
    'connection.authSecretRef.namespace',
    'connection.host',
    'connection.insecureTLS',
    'connection.port',
    'connection.providerOptions.preferredOrder[]',
  ],
  'cert-manager.io/v1 Certificate': [
    'commonName',
    'dnsNames[]',
    'duration',
    'issuerRef.group',
    'issuerRef.kind',
    'issuerRef.name',
    'privateKey.algorithm',
    'privateKey.rotationPolicy',
    'privateKey.size',
    'renewBefore',
    'secretName',
    'usages[]',
  ],
  'eks.amazonaws.com/v1 TargetGroupBinding': ['serviceRef.name', 'serviceRef.port', 'targetGroupARN', 'targetType'],
  'elbv2.k8s.aws/v1beta1 TargetGroupBinding': ['serviceRef.name', 'serviceRef.port', 'targetGroupARN', 'targetType'],
  'external-secrets.io/v1 ExternalSecret': [
    'data[].remoteRef.key',
    'data[].remoteRef.property',
    'data[].secretKey',
    'refreshInterval',
    'secretStoreRef.kind',
    'secretStoreRef.name',
    'target.creationPolicy',
    'target.name',
    'target.template.metadata.labels.*',
    'target.template.type',
  ],
  'external-secrets.io/v1 SecretStore': ['provider.aws.auth.jwt.serviceAccountRef.name', 'provider.aws.region', 'provider.aws.service'],
  'helm.toolkit.fluxcd.io/v2 HelmRelease': [
    'chart.spec.chart',
    'chart.spec.sourceRef.kind',
    'chart.spec.sourceRef.name',
    'chart.spec.version',
    'install.remediation.retries',
    'interval',
    'releaseName',
    'timeout',
    'upgrade.remediation.retries',
    'values.*',
  ],
  'kustomize.toolkit.fluxcd.io/v1 Kustomization': [
    'interval',
    'path',
    'prune',
    'retryInterval',
    'sourceRef.kind',
    'sourceRef.name',
    'timeout',
    'wait',
  ],
  'metallb.io/v1beta1 IPAddressPool': ['addresses[]', 'autoAssign'],
  'metallb.io/v1beta1 L2Advertisement': ['ipAddressPools[]'],
  'monitoring.coreos.com/v1 PrometheusRule': [
    'groups[].name',
    'groups[].rules[].alert',
    'groups[].rules[].annotations.*',
    'groups[].rules[].expr',
    'groups[].rules[].for',
    'groups[].rules[].labels.*',
  ],
  'monitoring.coreos.com/v1 ServiceMonitor': ['endpoints[].path', 'endpoints[].port', 'selector.matchLabels.*'],
  'secrets-store.csi.x-k8s.io/v1 SecretProviderClass': [
    'parameters.*',
    'provider',
    'secretObjects[].data[].key',
    'secretObjects[].data[].objectName',
    'secretObjects[].secretName',
    'secretObjects[].type',
  ],
  'source.toolkit.fluxcd.io/v1 Bucket': ['bucketName', 'endpoint', 'interval', 'prefix', 'provider', 'region'],
  'source.toolkit.fluxcd.io/v1 HelmRepository': ['interval', 'url'],
  'tinkerbell.org/v1alpha1 Hardware': [
    'bmcRef.kind',
    'bmcRef.name',
    'disks[].device',
    'interfaces[].dhcp.arch',
    'interfaces[].dhcp.hostname',
    'interfaces[].dhcp.ip.address',
    'interfaces[].dhcp.ip.family',
    'interfaces[].dhcp.ip.gateway',
    'interfaces[].dhcp.ip.netmask',
    'interfaces[].dhcp.lease_time',
    'interfaces[].dhcp.mac',
    'interfaces[].dhcp.name_servers[]',
    'interfaces[].dhcp.uefi',
    'interfaces[].netboot.allowPXE',
    'interfaces[].netboot.allowWorkflow',
    'metadata.facility.facility_code',
    'metadata.facility.plan_slug',
    'metadata.instance.allow_pxe',
    'metadata.instance.always_pxe',
    'metadata.instance.hostname',
    'metadata.instance.id',
    'metadata.instance.ips[].address',
    'metadata.instance.ips[].family',
    'metadata.instance.ips[].gateway',
    'metadata.instance.ips[].netmask',
    'metadata.instance.ips[].public',
  ],
};

/**
 * Whose fields are checked elsewhere: Kubernetes' own by the schema that cdk8s-plus carries, those of EKS Anywhere and
 * its packages by its definitions. Kustomize's file is no object.
 */
const CHECKED_ELSEWHERE =
  new RegExp(
    '^(v1|apps/v1|batch/v1|policy/v1|autoscaling/v2|networking\\.k8s\\.io/v1|rbac\\.authorization\\.k8s\\.io/v1'
      + '|(anywhere|packages)\\.eks\\.amazonaws\\.com/v1alpha1|kustomize\\.config\\.k8s\\.io/v1beta1) ',
  );

function leaves(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, field]) => leaves(field, path ? `${path}.${name}` : name));
}

const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk.out')), context: { 'aws:cdk:disable-asset-staging': true } });
defineEveryKind(app);
const used = new Map<string, Set<string>>();
for (const { object: { apiVersion, kind, spec } } of emittedObjects(app.synth().directory)) {
  const key = `${apiVersion} ${kind}`;
  if (!CHECKED_ELSEWHERE.test(key)) used.set(key, new Set([...used.get(key) ?? [], ...leaves(spec)]));
}

it('knows every kind that a program can emit', () => {
  expect([...used.keys()].filter((key) => !PATHS[key])).toEqual([]);
});

it.each(Object.entries(PATHS))('%s has fields of its definition only', (key, paths) => {
  const isKnown = (path: string) => paths.some((known) => known.endsWith('*') ? path.startsWith(known.slice(0, -1)) : path === known);
  expect([...used.get(key) ?? ['none of this kind']].filter((path) => !isKnown(path))).toEqual([]);
});
