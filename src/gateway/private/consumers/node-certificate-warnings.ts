/** Warnings at synth about certificates that consumers see and nodes hold. */
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ENV } from '../../../private/contract';
import type { GatewayEngine } from '../../gateway-engine';
import type { GatewayTarget } from '../../gateway-target';
import type { ConsumerCertificate } from './consumer-access';

interface ShownCertificate {
  readonly target: GatewayTarget;
  readonly settings?: Readonly<Record<string, string>>;
}

const SELF_SIGNED = 'cdk-hybridge:proxy.self-signed';
const KONG_RENEWAL = 'cdk-hybridge:proxy.kong-renewal';

/**
 * Warns when consumers see the node's own certificate, and when a node would show an old one after its renewal.
 *
 * @param certificate of the plane, if it has one
 */
export function warnOfNodeCertificate(
  plane: Construct,
  { target, settings }: ShownCertificate,
  certificate: ConsumerCertificate | undefined,
  engine: GatewayEngine,
): void {
  if (!certificate) {
    if (!target._showsNodeCertificate || settings?.[ENV.sslCert] !== undefined) return;
    Annotations.of(plane).addWarningV2(
      SELF_SIGNED,
      'certificate: got none, so consumers see a self-signed certificate of the node, which no client trusts: give a ProxyCertificate '
        + `(docs/certificates-and-names.md), or acknowledge ${SELF_SIGNED} where something in front of the plane has one`,
    );
  } else if (engine._chart && !certificate.loadBalancer) {
    Annotations.of(plane).addWarningV2(
      KONG_RENEWAL,
      'certificate: Kong reads the certificate of its nodes only when they start, so each renewal needs a restart before the old one '
        + 'expires (kubectl rollout restart deployment): use ProxyCertificate.acm() on EKS or GatewayEngine.packaged(), or acknowledge '
        + `${KONG_RENEWAL} where something restarts them`,
    );
  }
}
