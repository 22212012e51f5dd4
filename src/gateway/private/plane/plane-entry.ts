/** The entry of a plane in `topology.json`. */
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { withReadableTokens } from '../../../private/kubernetes/readable-tokens';
import { Topology } from '../../../private/topology/topology';
import type { PlaneDescription } from './plane';
import { namedSecretEntries } from './plane-secrets';

/** What the topology says about a plane. */
interface ListedPlane {
  /** What it runs on, such as `eks`. */
  readonly target: string;
  readonly plane: Pick<PlaneDescription, 'name' | 'role' | 'settings'> & Partial<Pick<PlaneDescription, 'secrets'>>;
  /** Id of the control plane that a data plane belongs to. */
  readonly controlPlane?: string;
  /** Name or path of the cluster that it runs on. */
  readonly cluster?: string;
  /** Absent outside AWS; left out if it is known only after deployment. */
  readonly region?: string;
  /** Files written for it, called at synthesis. */
  readonly manifests?: () => readonly string[];
  /** Files for Helm, called at synthesis. */
  readonly helmFiles?: () => readonly string[];
}

/** @throws Error when another plane of the app has the name */
export function addToTopology(scope: Construct, { target, plane, controlPlane, cluster, region, manifests, helmFiles }: ListedPlane): void {
  Topology.of(scope).addPlane(plane.name, () => {
    const helm = helmFiles?.() ?? [];
    const secrets = namedSecretEntries(plane.secrets ?? []);
    return {
      id: plane.name,
      role: plane.role,
      target,
      ...cluster !== undefined && { cluster },
      ...region !== undefined && !Token.isUnresolved(region) && { region },
      folder: plane.name,
      manifests: manifests?.() ?? [],
      ...helm.length > 0 && { helmFiles: helm },
      settings: withReadableTokens(Stack.of(scope), plane.settings),
      ...controlPlane !== undefined && { controlPlane },
      ...secrets.length > 0 && { secrets },
    };
  });
}
