import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneCertificate, PlaneSettings } from '../plane/plane';

/** How consumers find a data plane, and where their TLS ends. What targets make of it is theirs. */
export interface ConsumerAccess {
  /** Absent: the plane has no name. */
  readonly hostname?: string;
  /** Gets the record of the name. */
  readonly hostedZone?: route53.IHostedZone;
  /** Whether external-dns on the cluster makes the record. */
  readonly externalDns: boolean;
  /** Whether the plane has a `certificate`, wherever it goes. */
  readonly hasCertificate: boolean;
  /** Ends TLS in front of the nodes. Absent: TLS ends in the nodes. */
  readonly certificate?: acm.ICertificate;
}

/** A `ProxyCertificate` as one data plane has it: on the load balancer, or in the nodes. */
export interface ConsumerCertificate {
  /** On the load balancer in front of the nodes; then the nodes need nothing. */
  readonly loadBalancer?: acm.ICertificate;
  readonly settings: PlaneSettings;
  readonly secrets: readonly SecretMount[];
  readonly certificates: readonly PlaneCertificate[];
  /** Days within which nodes that read secrets only when they start have to be replaced. */
  readonly rereadDays?: number;
}
