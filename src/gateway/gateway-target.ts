import type { Construct } from 'constructs';
import type { DataPlanePlacement, PlacedDataPlane } from './private/plane/placement';

/** Where a plane runs: `EksTarget`, `EcsTarget`, `AutoScalingGroupTarget`, `EksAnywhereTarget` or `DockerTarget`. */
export abstract class GatewayTarget {
  /**
   * Default number of replicas.
   *
   * @internal
   */
  public get _replicas(): number {
    return 2;
  }

  /**
   * Whether the target supports Helm charts.
   *
   * @internal
   */
  public get _takesCharts(): boolean {
    return false;
  }

  /**
   * Scope for the data plane that `addDataPlane` creates.
   *
   * @internal
   */
  public abstract _dataPlaneScope(controlPlane: Construct): Construct;

  /**
   * Address of the image for this target.
   *
   * @internal
   */
  public abstract _image(scope: Construct, placement: DataPlanePlacement): string;

  /**
   * Emits the plane.
   *
   * @internal
   */
  public abstract _place(scope: Construct, placed: PlacedDataPlane): void;
}
