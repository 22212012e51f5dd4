import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { requireStack } from '../private/input/stack-scope';
import { CustomResourceFunction } from '../private/lambda-function';
import { PolicyPack } from '../private/policy/policy-pack';
import { HandoffSite } from './handoff-site';
import type { HandoffSiteOptions } from './handoff-site';

/** Properties of `Handoff`. */
export interface HandoffProps {
  /**
   * What happens to the bucket when the stack is deleted. The program can write all of its content again.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Delivers to sites what exists only after a deployment: the manifests of their planes with all values filled in,
 * and the files of their clusters. No secrets.
 *
 * Creates a private bucket (encrypted, TLS only, versioned; old versions end after 90 days) and a Lambda function that
 * writes it at deployment. Each site has its own prefix, and an SSM parameter through which `hybridge handoff pull`
 * finds it.
 *
 * @example
 * const site = new Handoff(stack, 'Handoff').addSite('Factory');
 * controlPlane.addDataPlane('FactoryPlane', {
 *   target: EksAnywhereTarget.cluster(factory, {
 *     exposure: Exposure.nodePort(),
 *     imageRepository: 'registry.acme.example/hybridge',
 *     site,
 *     delivery: SecretDelivery.pull(),
 *   }),
 * });
 */
export class Handoff extends Construct {
  /** The bucket. */
  public readonly bucket: s3.IBucket;

  private readonly serviceToken: string;

  /** @param scope the stack of the control plane, or another one in its account */
  constructor(scope: Construct, id: string, props: HandoffProps = {}) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    const { removalPolicy = RemovalPolicy.DESTROY } = props;
    this.bucket = new s3.Bucket(this, 'Bucket', {
      removalPolicy,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    const { serviceToken } = new CustomResourceFunction(this, 'Writer', 'handoff-files', [
      new iam.PolicyStatement({ actions: ['s3:ListBucket', 's3:ListBucketVersions'], resources: [this.bucket.bucketArn] }),
      new iam.PolicyStatement({
        actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [this.bucket.arnForObjects('*')],
      }),
    ]);
    this.serviceToken = serviceToken;
  }

  /**
   * Adds a site, for the option `site` of `EksAnywhereTarget.cluster()` and `DockerTarget.compose()`. Add one site
   * per place that one operator or one Flux manages.
   *
   * @param id becomes the site's name
   */
  public addSite(id: string, options: HandoffSiteOptions = {}): HandoffSite {
    return new HandoffSite(this, id, { ...options, bucket: this.bucket, serviceToken: this.serviceToken });
  }
}
