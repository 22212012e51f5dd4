/** The planes of a synthesized topology, from `hybridge/topology.json`. */
import { join } from 'node:path';
import { ROLES } from '../../gateway/contract.ts';
import type { PlaneEntry } from '../../src/private/topology/document';
import { CommandFailure } from '../command.ts';
import { readTopologyDocument } from '../topology/read.ts';
import { outputFolder } from './synthesis.ts';

export interface Plane extends Pick<PlaneEntry, 'id' | 'role' | 'target' | 'region'> {
  /** Files written for it, absolute: manifests, or those for Docker Compose. */
  readonly manifests: readonly string[];
}

export interface Topology {
  readonly controlPlane: Plane;
  readonly dataPlanes: readonly Plane[];
}

/** @throws CommandFailure when the assembly holds no topology of one control plane and its data planes */
export function readTopology(assembly: string): Topology {
  const folder = outputFolder(assembly);
  const { planes } = readTopologyDocument(assembly);
  const located = planes.map((plane) => ({ ...plane, manifests: plane.manifests.map((manifest) => join(folder, plane.folder, manifest)) }));
  const controlPlanes = located.filter((plane) => plane.role === ROLES.controlPlane);
  if (controlPlanes.length !== 1) {
    throw new CommandFailure(
      `${join(folder, 'topology.json')} names ${controlPlanes.length} control planes; the demo runs topologies with one`,
      'configuration',
    );
  }
  return { controlPlane: controlPlanes[0]!, dataPlanes: located.filter((plane) => plane.role === ROLES.dataPlane) };
}
