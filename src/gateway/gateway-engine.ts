import { Stack } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecrAssets from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { imageContext } from '../private/bundle';
import { atPlace } from '../private/input/place';
import type { KongHelmOptions } from './kong-helm-options';
import { kongChart } from './private/kong-helm/chart';
import type { KongChart } from './private/plane/kong-chart';

/** Gateway that runs in the planes. */
export class GatewayEngine {
  /**
   * The gateway in this package. The deployment builds its image (linux/amd64) and publishes it to the account's own
   * registry, once per region.
   *
   * @example
   * const engine = GatewayEngine.packaged();
   */
  public static packaged(): GatewayEngine {
    return new GatewayEngine(packagedImage);
  }

  /**
   * Kong Gateway, deployed by Kong's own Helm chart `kong` from https://charts.konghq.com: with the same settings,
   * names, services, secrets and network policies as the packaged gateway. On EKS the stack installs it; on EKS
   * Anywhere the plane's folder contains a HelmRelease for Flux, and the values and the command for Helm. Other targets
   * do not support it.
   *
   * Kong takes the password of its database, its licence and the secrets of plugins from environment variables, so on
   * EKS these become Kubernetes Secrets: the add-on that mounts secrets gets the option `syncSecret`.
   *
   * @throws Error that names the property: an unknown version, an enterprise edition without a licence
   *
   * @example
   * const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
   */
  public static kongHelm(options: KongHelmOptions): GatewayEngine {
    return atPlace('GatewayEngine.kongHelm', () => {
      const chart = kongChart(options);
      return new GatewayEngine(() => ({ uri: `${chart.imageRepository}:${chart.gatewayVersion}`, tag: chart.gatewayVersion }), chart);
    });
  }

  /**
   * The image that is published for the stack of the scope.
   *
   * @internal
   */
  public readonly _image: (scope: Construct) => EngineImage;

  /**
   * The Helm chart that deploys it. Absent for the packaged gateway.
   *
   * @internal
   */
  public readonly _chart?: KongChart;

  private constructor(image: (scope: Construct) => EngineImage, chart?: KongChart) {
    this._image = image;
    this._chart = chart;
  }
}

/** An image of the gateway. */
interface EngineImage {
  /** Address in a registry; a token for the account's own registry. */
  readonly uri: string;
  /** Repository in the account; whatever pulls needs a grant. */
  readonly repository?: ecr.IRepository;
  /** Known at synth. */
  readonly tag: string;
}

const IMAGE_ID = 'HybridgeImage';

function packagedImage(scope: Construct): EngineImage {
  const stack = Stack.of(scope);
  const image =
    (stack.node.tryFindChild(IMAGE_ID) as ecrAssets.DockerImageAsset | undefined) ??
    new ecrAssets.DockerImageAsset(stack, IMAGE_ID, {
      directory: imageContext(),
      platform: ecrAssets.Platform.LINUX_AMD64,
      displayName: 'hybridge',
    });
  return { uri: image.imageUri, repository: image.repository, tag: image.assetHash };
}
