import { PATHS } from '../../../private/contract';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneCertificate, PlaneDescription } from '../plane/plane';
import { objectLabels } from '../plane/plane-labels';

/** Name of the Secret that cert-manager keeps: `tls.crt`, `tls.key`, `ca.crt`. */
export function planeCertificateSecretName(plane: PlaneDescription, { name }: PlaneCertificate): string {
  return `${plane.name}-${name}`;
}

/**
 * What cert-manager makes a plane's certificate from; for AWS Private CA with an issuer in the plane's namespace, for
 * the AWS Private CA Connector for Kubernetes.
 */
export function planeCertificateObjects(plane: PlaneDescription, certificate: PlaneCertificate): readonly KubernetesObject[] {
  const { commonName, dnsNames, usages, durationHours, renewBeforeHours, authority } = certificate;
  const metadata = { name: planeCertificateSecretName(plane, certificate), namespace: plane.name, labels: objectLabels(plane) };
  const leaf: KubernetesObject = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata,
    spec: {
      secretName: metadata.name,
      ...commonName !== undefined && { commonName },
      dnsNames,
      ...durationHours !== undefined && { duration: `${durationHours}h0m0s` },
      ...renewBeforeHours !== undefined && { renewBefore: `${renewBeforeHours}h0m0s` },
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Always' },
      usages,
      issuerRef: authority ? { name: metadata.name, kind: 'AWSPCAIssuer', group: 'awspca.cert-manager.io' } : certificate.issuer,
    },
  };
  if (!authority) return [leaf];
  return [
    {
      apiVersion: 'awspca.cert-manager.io/v1beta1',
      kind: 'AWSPCAIssuer',
      metadata,
      spec: { arn: authority.arn, region: authority.region },
    },
    leaf,
  ];
}

/**
 * For targets without Kubernetes.
 *
 * @throws Error that names the fix
 */
export function refusePlaneCertificate(place: string, { name, certificates }: PlaneDescription): void {
  const [certificate] = certificates;
  if (!certificate) return;
  const isOfTunnel = certificate.path === PATHS.clusterCertificate;
  const fix = isOfTunnel ? 'Trust.existingPki with a secret for each plane' : 'ProxyCertificate.secretsManager()';
  throw new Error(
    `${isOfTunnel ? 'trust' : 'certificate'}: the certificate of ${name} would come from cert-manager, which ${place} does not have, `
      + `expected a certificate in a secret: use ${fix}, or a target on Kubernetes`,
  );
}
