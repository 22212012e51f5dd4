/** The planes of a synthesized topology, from `hybridge/topology.json`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLES } from '../../gateway/contract.ts';
import { CommandFailure } from '../command.ts';
import { outputFolder } from './synthesis.ts';

export interface Plane {
  readonly id: string;
  readonly role: string;
  /** What it runs on, e.g. `eks-anywhere`. */
  readonly target?: string;
  readonly region?: string;
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
  const file = join(folder, 'topology.json');
  if (!existsSync(file))
    throw new CommandFailure(
      `${file} is missing: does the app define a GatewayControlPlane, and was it synthesized into this folder?`,
      'io',
    );
  const { planes } = JSON.parse(readFileSync(file, 'utf8')) as { planes: (Plane & { folder: string })[] };
  const located = planes.map((plane) => ({ ...plane, manifests: plane.manifests.map((manifest) => join(folder, plane.folder, manifest)) }));
  const controlPlanes = located.filter((plane) => plane.role === ROLES.controlPlane);
  if (controlPlanes.length !== 1)
    throw new CommandFailure(`${file} names ${controlPlanes.length} control planes; the demo runs topologies with one`, 'configuration');
  return { controlPlane: controlPlanes[0]!, dataPlanes: located.filter((plane) => plane.role === ROLES.dataPlane) };
}
