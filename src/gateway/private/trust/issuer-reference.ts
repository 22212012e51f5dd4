import { requireMatch } from '../../../private/input/match';
import type { PlaneCertificate } from '../plane/plane';

/** How options name an issuer of cert-manager. */
interface NamedIssuer {
  readonly issuerName: string;
  readonly issuerKind?: string;
  readonly issuerGroup?: string;
}

/** @throws Error that names the property */
export function issuerReference(options: NamedIssuer): NonNullable<PlaneCertificate['issuer']> {
  const { issuerName: name, issuerKind: kind = 'ClusterIssuer', issuerGroup: group = 'cert-manager.io' } = options;
  requireMatch('issuerName', name, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'the name of an object in the clusters, such as tunnels');
  requireMatch('issuerKind', kind, /^[A-Z][A-Za-z0-9]*$/, 'a kind of issuer, such as ClusterIssuer');
  requireMatch('issuerGroup', group, /^[a-z0-9.-]+\.[a-z]+$/, 'an API group, such as cert-manager.io');
  return { name, kind, group };
}
