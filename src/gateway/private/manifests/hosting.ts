import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneDescription } from '../plane/plane';

/** What differs between the Kubernetes clusters that a plane may run on. */
export interface PlaneHosting {
  /** Name of the pull secret of the image's registry, if it needs one. */
  readonly imagePullSecret?: string;
  /** Entry of `env` for a setting. */
  environmentVariable(name: string, value: string): { readonly name: string; readonly [field: string]: unknown };
  /** Objects that deliver a secret to the plane's namespace. */
  secretObjects(plane: PlaneDescription, mount: SecretMount): readonly KubernetesObject[];
  /** Volume source for a delivered secret. */
  secretVolume(plane: PlaneDescription, mount: SecretMount): Readonly<Record<string, unknown>>;
}
