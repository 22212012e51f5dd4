import type { Construct } from 'constructs';
import type { DataPlanePlacement, PlacedDataPlane } from './private/plane/placement';

/** Where a plane runs: `EksTarget`, `EcsTarget`, `AutoScalingGroupTarget`, `EksAnywhereTarget` or `DockerTarget`. */
export abstract class GatewayTarget {
  /**
   * How many nodes a plane has when nobody says.
   *
   * @internal
   */
  public get _replicas(): number {
    return 2;
  }

  /**
   * Whether Helm charts can be installed there.
   *
   * @internal
   */
  public get _takesCharts(): boolean {
    return false;
  }

  /**
   * Where the construct of a data plane goes that `addDataPlane` makes.
   *
   * @internal
   */
  public abstract _dataPlaneScope(controlPlane: Construct): Construct;

  /**
   * Address of the image for the place.
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
