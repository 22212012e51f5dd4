import type { IConstruct } from 'constructs';
import { claimName } from '../../../private/input/claims';

/**
 * Every node of a cluster listens on a node port: two planes cannot have the same one.
 *
 * @throws Error that names the property, and the plane that has the port
 */
export function claimNodePorts(plane: IConstruct, cluster: IConstruct, ports: Readonly<Record<string, number>>): void {
  for (const port of Object.values(ports)) {
    claimName(plane, { property: 'exposure', what: 'node port', name: port, among: `cluster ${cluster.node.path}` });
  }
}
