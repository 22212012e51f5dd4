import { Duration, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import { DISCOVERY_PATH, KEYS_FILE, discoveryDocument, issuerUrl } from '../../eksa/issuer/discovery';
import { isDnsLabel } from '../../eksa/syntax/names';
import { atPlace, shown } from '../../private/input/place';
import { requireStack } from '../../private/input/stack-scope';
import { PolicyPack } from '../../private/policy/policy-pack';
import { refuseTokens } from '../token-refusal';

/** Properties of `OidcIssuer`. */
export interface OidcIssuerProps {
  /**
   * Name of the bucket with the issuer's two public documents: 3 to 63 lower-case letters, digits and '-', unique
   * among all customers of AWS. It is part of `issuerUrl`, and so of every token: fixed once the cluster exists.
   */
  readonly bucketName: string;

  /**
   * What happens to bucket and documents when the stack is deleted. Without them AWS accepts no token of the cluster.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Options of `OidcIssuer.createRole()`. */
export interface ServiceAccountRoleOptions {
  /** Kubernetes namespace of the service account. */
  readonly namespace: string;

  /** Name of the service account. */
  readonly serviceAccount: string;

  /**
   * What the role is for.
   *
   * @default - names the service account
   */
  readonly description?: string;
}

/** Audience of tokens for AWS. */
const AUDIENCE = 'sts.amazonaws.com';
const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * Lets pods of an EKS Anywhere cluster assume IAM roles with the tokens of their service accounts (IRSA).
 *
 * Creates a bucket with the discovery document and an IAM identity provider that trusts it. The cluster gets `issuerUrl` as its
 * `serviceAccountIssuer`; once it exists, `hybridge eksa publish-keys` publishes its public keys next to that document. Each
 * cluster needs its own issuer.
 *
 * @example
 * const issuer = new OidcIssuer(stack, 'Issuer', { bucketName: 'acme-factory-tokens' });
 * issuer.createRole('Collector', { namespace: 'observability', serviceAccount: 'collector' });
 */
export class OidcIssuer extends Construct {
  /** URL of the issuer, known at synth: `serviceAccountIssuer` of the cluster. */
  public readonly issuerUrl: string;

  /** Bucket of the public documents. */
  public readonly bucket: s3.IBucket;

  /** The identity provider in IAM. */
  public readonly provider: iam.IOidcProvider;

  /**
   * @param scope in a stack whose region is known at synth: it is part of the URL
   * @throws Error when the region or bucketName is a token, or bucketName is invalid
   */
  constructor(scope: Construct, id: string, props: OidcIssuerProps) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    const { bucketName, removalPolicy = RemovalPolicy.RETAIN } = props;
    const { region, stackName } = Stack.of(this);
    atPlace(this, () => {
      refuseTokens({ bucketName });
      if (Token.isUnresolved(region)) {
        throw new Error(
          `scope: got stack ${stackName}, whose region is known only after deployment, expected a region, because it is part of `
            + 'issuerUrl: give the stack env: { region: \'...\' }',
        );
      }
      if (BUCKET_NAME.test(bucketName)) return;
      throw new Error(
        `bucketName: got ${shown(bucketName)}, expected 3 to 63 lower-case letters, digits and '-', beginning and ending with a letter `
          + 'or digit',
      );
    });
    this.issuerUrl = issuerUrl(region, bucketName);
    const bucket = this.makeBucket(bucketName, removalPolicy);
    this.bucket = bucket;
    const documents = this.publish(bucket);
    const provider = new iam.OidcProviderNative(this, 'Provider', { url: this.issuerUrl, clientIds: [AUDIENCE] });
    // IAM reads the issuer's documents when it creates the provider.
    provider.node.addDependency(documents);
    this.provider = provider;
  }

  /**
   * Defines an IAM role that only pods with one service account can assume. Give the service account the annotation
   * `eks.amazonaws.com/role-arn` with the role's ARN.
   *
   * @throws Error when namespace or serviceAccount is not a valid name in Kubernetes
   */
  public createRole(id: string, options: ServiceAccountRoleOptions): iam.Role {
    const { namespace, serviceAccount } = options;
    atPlace(this, () => {
      for (const [option, name] of Object.entries({ namespace, serviceAccount })) {
        if (!Token.isUnresolved(name) && isDnsLabel(name)) continue;
        throw new Error(`${option}: got ${shown(name)}, expected at most 63 lower-case letters, digits and '-'`);
      }
    });
    const issuer = this.issuerUrl.replace('https://', '');
    return new iam.Role(this, id, {
      description: options.description ?? `Pods of ${namespace}/${serviceAccount} on a cluster outside AWS`,
      assumedBy: new iam.WebIdentityPrincipal(this.provider.oidcProviderRef.oidcProviderArn, {
        StringEquals: { [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`, [`${issuer}:aud`]: AUDIENCE },
      }),
    });
  }

  /** Only two objects are public, by name and over TLS. */
  private makeBucket(bucketName: string, removalPolicy: RemovalPolicy): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      bucketName,
      removalPolicy,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      blockPublicAccess: new s3.BlockPublicAccess({
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: false,
        restrictPublicBuckets: false,
      }),
    });
    Validations.of(bucket.node.defaultChild!).acknowledge({
      id: 'Hybridge::S3_PUBLIC',
      reason: 'AWS reads issuers without credentials: two documents without secrets are public, each named in the bucket policy',
    });
    bucket.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'PublicDocuments',
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:GetObject'],
      resources: [DISCOVERY_PATH, KEYS_FILE].map((key) => bucket.arnForObjects(key)),
    }));
    return bucket;
  }

  private publish(bucket: s3.Bucket): deployment.BucketDeployment {
    return new deployment.BucketDeployment(this, 'Documents', {
      destinationBucket: bucket,
      sources: [deployment.Source.jsonData(DISCOVERY_PATH, discoveryDocument(this.issuerUrl))],
      contentType: 'application/json',
      // The bucket also contains the keys, which this deployment does not write and must not delete.
      prune: false,
      retainOnDelete: true,
      memoryLimit: 256,
      logGroup: new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }),
    });
  }
}
