import type { Construct } from 'constructs';
import type { CacheOffer } from './private/fallback/cache-offer';
import type { DataPlaneSpec } from './private/plane/data-plane-spec';
import type { PlaneNetwork } from './private/plane/tunnel-reach';

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
   * Whether consumers outside the plane's own cluster see the certificate of a node, unless another one is given.
   *
   * @internal
   */
  public get _showsNodeCertificate(): boolean {
    return true;
  }

  /**
   * Where the nodes are.
   *
   * @internal
   */
  public get _network(): PlaneNetwork {
    return { kind: 'site' };
  }

  /**
   * How nodes get the configuration of before on an empty disk, or why the target has no way.
   *
   * @internal
   */
  public abstract get _configurationCaches(): CacheOffer;

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
  public abstract _image(scope: Construct, { engine }: Pick<DataPlaneSpec, 'engine'>): string;

  /**
   * Emits the plane.
   *
   * @internal
   */
  public abstract _place(scope: Construct, spec: DataPlaneSpec): void;
}
