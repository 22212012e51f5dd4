import { Stack } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecrAssets from 'aws-cdk-lib/aws-ecr-assets';
import type { Construct } from 'constructs';
import { imageContext } from '../private/bundle';

/** Which gateway runs in the planes. */
export class GatewayEngine {
  /**
   * The gateway that this package carries. Its image is built when the app is deployed and published to the account's own registry
   * (linux/amd64), once for each region.
   */
  public static packaged(): GatewayEngine {
    return new GatewayEngine(packagedImage);
  }

  /**
   * The image as published for the stack of the scope.
   *
   * @internal
   */
  public readonly _image: (scope: Construct) => EngineImage;

  private constructor(image: (scope: Construct) => EngineImage) {
    this._image = image;
  }
}

/** An image of the gateway. */
interface EngineImage {
  /** Address in the account's registry; a token. */
  readonly uri: string;
  /** Where the address is; who pulls needs a grant. */
  readonly repository: ecr.IRepository;
  /** Follows from the image's content, known at synth. */
  readonly tag: string;
}

const IMAGE_ID = 'HybridgeImage';

function packagedImage(scope: Construct): EngineImage {
  const stack = Stack.of(scope);
  const image = stack.node.tryFindChild(IMAGE_ID) as ecrAssets.DockerImageAsset | undefined
    ?? new ecrAssets.DockerImageAsset(stack, IMAGE_ID, { directory: imageContext(), platform: ecrAssets.Platform.LINUX_AMD64, displayName: 'hybridge' });
  return { uri: image.imageUri, repository: image.repository, tag: image.assetHash };
}
