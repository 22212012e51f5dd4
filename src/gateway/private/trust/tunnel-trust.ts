import type { IDependable } from 'constructs';
import type { SecretMount } from '../../../private/secrets/mount';
import type { FileMount, PlaneCertificate, PlaneSettings } from '../plane/plane';

/** What one plane needs to be known in its tunnels, and to know the other end. */
export interface PlaneTrust {
  /** All of `KONG_CLUSTER_*` but addresses. */
  readonly settings: PlaneSettings;
  readonly secrets: readonly SecretMount[];
  readonly files: readonly FileMount[];
  /** Made in the cluster itself, where there are no secrets in AWS. */
  readonly certificates: readonly PlaneCertificate[];
  /** Days from one certificate to the next, where they change by schedule. */
  readonly rereadDays?: number;
  /** What has to exist before the nodes start. */
  readonly prerequisites: readonly IDependable[];
}

/** A `Trust` as one control plane and its data planes have it. */
export interface TunnelTrust {
  /** How both ends judge each other. */
  readonly mode: 'shared' | 'pki';
  /** Why Kong's own nodes cannot take part, with the fix. Absent: they can. */
  readonly packagedOnly?: string;
  /**
   * @param gateway Kong's nodes know neither lists of revoked certificates nor, without a licence, rules about names
   * @throws Error when there is no certificate for the control plane
   */
  forControlPlane(gateway?: 'packaged' | 'kong'): PlaneTrust;
  /** @throws Error when there is no certificate for the plane */
  forDataPlane(plane: string): PlaneTrust;
  /**
   * The control plane lets no node of the data plane in any more.
   *
   * @throws Error when its certificates cannot be identified
   */
  revoke(plane: string): void;
}
