import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RegionalValues } from '../private/network/regional-values';
import type { FallbackObject } from './private/fallback/fallback-access';

/** Options of `ConfigurationFallback.s3()`. */
export interface S3FallbackOptions {
  /**
   * What happens to the bucket and its key when the control plane is deleted. `RemovalPolicy.DESTROY` fails while the
   * bucket has objects.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * What a control plane leaves for data planes that start while it cannot be reached. Data planes with
 * `ConfigurationCache.s3Fallback()` use it.
 */
export class ConfigurationFallback {
  /**
   * The newest configuration as one object in a bucket, a minute after each change: signed with the key of the tunnel's
   * certificate, encrypted with a key of its own (KMS, rotated every year), every version kept for 90 days. The control
   * plane's role may write this object; the roles of its data planes may read it. The packaged gateway only.
   *
   * @example
   * const fallback = ConfigurationFallback.s3();
   */
  public static s3(options: S3FallbackOptions = {}): ConfigurationFallback {
    return new ConfigurationFallback(options);
  }

  private constructor(private readonly options: S3FallbackOptions) {}

  /**
   * Creates the bucket and its key.
   *
   * @internal
   */
  public _bind(plane: Construct & { readonly planeName: string }): FallbackObject {
    const { planeName } = plane;
    const scope = new Construct(plane, 'Fallback');
    const { removalPolicy = RemovalPolicy.RETAIN } = this.options;
    const key = new kms.Key(scope, 'Key', {
      description: `Fallback configuration of the gateway control plane ${planeName}`,
      enableKeyRotation: true,
      removalPolicy,
    });
    const { account, region } = Stack.of(scope);
    // Known at synth, so that stacks in other regions need nothing of this one.
    const bucketName = `hybridge-fallback-${account}-${region}-${scope.node.addr.slice(-8)}`;
    new s3.Bucket(scope, 'Bucket', {
      bucketName,
      removalPolicy,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    const keyArn = (reader: Construct) => (
      Stack.of(reader) === Stack.of(scope) ? key.keyArn : RegionalValues.read(reader, plane, 'fallback-key', key.keyArn));
    return { bucketName, prefix: planeName, keyArn, owner: scope };
  }
}
