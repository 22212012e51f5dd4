/** A setting of a plane as a synthesis left it, whatever the plane runs on. */

export interface PlaneSetting {
  readonly name: string;
  /** Absent where only the place it runs in knows it. */
  readonly value?: string;
  /** Where the place takes it from, e.g. `Secret gateway-endpoints, key control-plane`. */
  readonly from?: string;
  /** Whether the node gets the content of a certificate or key, and not the path of a file: ECS mounts no secrets. */
  readonly isContent?: boolean;
}

/** The settings of one plane, and where they were read. */
export interface PlaneSettings {
  readonly settings: readonly PlaneSetting[];
  /** For people, e.g. `on-docker/plane.env`. */
  readonly readFrom: string;
}
