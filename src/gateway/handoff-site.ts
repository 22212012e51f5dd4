import { CfnOutput, CustomResource, Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import type { OidcIssuer } from '../eks-anywhere/aws/oidc-issuer';
import type { EksAnywhereCluster } from '../eks-anywhere/eks-anywhere-cluster';
import { claimName } from '../private/input/claims';
import { atPlace } from '../private/input/place';
import { kebabCase, requireObjectName } from '../private/kubernetes/names';
import { withReadableTokens } from '../private/kubernetes/readable-tokens';
import { yamlWithTokens } from '../private/kubernetes/token-yaml';
import { writeFilesAtSynthesis } from '../private/output-files';
import { secretReadStatements } from '../private/secrets/access';
import type { SecretMount } from '../private/secrets/mount';
import { knownStackName } from '../private/secrets/names';
import { SERVICE_TIMEOUT } from '../private/service-timeouts';
import { Topology } from '../private/topology/topology';
import { fluxObjects } from './private/handoff/flux-objects';
import { INDEX_FILE, handoffParameter } from './private/handoff/index-document';
import type { HandoffParameter } from './private/handoff/index-document';
import { SiteContents } from './private/handoff/site-contents';
import type { ContentsOfMachine, ContentsOfPlane } from './private/handoff/site-contents';

/** Options of `Handoff.addSite()`. */
export interface HandoffSiteOptions {
  /**
   * Principals that may fetch the site's files: roles, users or accounts, also of other accounts. They assume
   * `readerRole`. Add a condition such as an external id to the principal (`withConditions`).
   *
   * @default - only the grantees of `grantRead`
   */
  readonly readers?: iam.IPrincipal[];
}

/** Properties of `HandoffSite`. */
export interface HandoffSiteProps extends HandoffSiteOptions {
  /** Bucket of the handoff. */
  readonly bucket: s3.IBucket;

  /** ARN of the function that writes files to it. */
  readonly serviceToken: string;
}

/** Options of `HandoffSite.syncWithFlux()`: exactly one of the two identities. */
export interface HandoffFluxOptions {
  /**
   * Issuer in the cluster's `serviceAccountIssuer`: the service account `source-controller` gets a role that reads
   * the site's manifests. The cluster needs the Amazon EKS Pod Identity Webhook.
   *
   * @default - `credentialsSecret` is used
   */
  readonly issuer?: OidcIssuer;

  /**
   * Secret in Flux' namespace with the keys `accesskey` and `secretkey`; give their user `grantRead`.
   *
   * @default - `issuer` is used
   */
  readonly credentialsSecret?: string;

  /**
   * Namespace of Flux.
   *
   * @default 'flux-system'
   */
  readonly namespace?: string;
}

/** The custom resource event that carries the files must stay below 256 KB. */
const MAX_BYTES = 200_000;

/**
 * What one site gets: the manifests or Compose files of its planes, and the files of its clusters.
 * `Handoff.addSite()` creates it.
 *
 * Creates a custom resource that writes the files below `<stack>/<site>/` in the bucket, the SSM parameter
 * `/hybridge/<stack>/<site>/handoff`, and a role where there are `readers`. Two outputs of the stack show the command
 * that fetches the files, and the role.
 */
export class HandoffSite extends Construct {
  /** Name of the site, derived from the id. */
  public readonly siteName: string;

  /** SSM parameter that `hybridge handoff pull` reads first. */
  public readonly parameterName: string;

  /** Role that may read the site's files and secrets. Absent without `readers`. */
  public readonly readerRole?: iam.IRole;

  private readonly bucket: s3.IBucket;
  private readonly prefix: string;
  private readonly contents: SiteContents;
  private readonly files: CustomResource;
  private readonly secrets: SecretMount[] = [];
  private readonly readers: iam.IGrantable[] = [];

  constructor(scope: Construct, id: string, props: HandoffSiteProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const stackName = knownStackName(this);
    this.siteName = atPlace(this, () => requireObjectName('id', kebabCase(id)));
    atPlace(this, () => claimName(this, { property: 'id', what: 'site', name: `${stackName}/${this.siteName}` }));
    this.bucket = props.bucket;
    this.prefix = `${stackName}/${this.siteName}/`;
    this.contents = new SiteContents(this.siteName);
    this.parameterName = handoffParameter(stackName, this.siteName);
    this.files = new CustomResource(this, 'Files', {
      resourceType: 'Custom::HybridgeHandoffFiles',
      serviceToken: props.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: {
        Bucket: props.bucket.bucketName,
        Prefix: this.prefix,
        IndexPath: INDEX_FILE,
        Index: Lazy.string({ produce: () => stack.toJsonString(this.contents.index()) }),
        Files: Lazy.any({ produce: () => this.contents.files().map(([Path, Text]) => ({ Path, Text })) }),
      },
    });
    this.publish(this.files.getAttString('Digest'));
    if (props.readers?.length) this.readerRole = this.makeReaderRole(props.readers);
    new CfnOutput(this, 'Pull', {
      value: `hybridge handoff pull --site ${stackName}/${this.siteName} --region ${stack.region}`,
      description: `Fetches what the site ${this.siteName} gets`,
    });
    this.node.addValidation({ validate: () => this.problems() });
  }

  /**
   * Allows a grantee to fetch the site's files, and the secrets of planes without their own store: a role by
   * certificate (`RolesAnywhere.addRole`), by service account (`OidcIssuer.createRole`), or any other principal of this
   * account. Principals of other accounts assume `readerRole`.
   *
   * @throws Error when no policy can be added to the grantee, as to a role of another account
   */
  public grantRead(grantee: iam.IGrantable): void {
    const parameter = Stack.of(this).formatArn({ service: 'ssm', resource: `parameter${this.parameterName}` });
    this.allow(grantee, new iam.PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameter] }));
    this.allow(grantee, new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects(`${this.prefix}*`)] }));
    this.readers.push(grantee);
    this.secrets.flatMap((mount) => secretReadStatements('handoff', mount, this)).forEach((statement) => this.allow(grantee, statement));
  }

  /**
   * Makes Flux apply the manifests of the planes and keep them in sync. Adds `flux.yaml` with a `Bucket` and a
   * `Kustomization` (Flux 2.4 or later) to the site's files; apply it once, as `hybridge handoff pull` shows. It
   * contains no secrets: use `SecretDelivery.externalSecrets()` for the planes of the site.
   *
   * @throws Error when none or both of the identities are given, or on a second call
   */
  public syncWithFlux(options: HandoffFluxOptions): void {
    const { issuer, credentialsSecret, namespace = 'flux-system' } = options;
    if ((issuer === undefined) === (credentialsSecret === undefined)) {
      throw new Error(
        `${this.node.path}: syncWithFlux got `
          + `${issuer ? 'both issuer and credentialsSecret' : 'neither issuer nor credentialsSecret'}; expected one of `
          + 'them, which says how Flux signs in to the bucket',
      );
    }
    atPlace(this, () => {
      requireObjectName('namespace', namespace);
      if (credentialsSecret !== undefined) requireObjectName('credentialsSecret', credentialsSecret);
    });
    const objects = fluxObjects({
      name: this.siteName,
      namespace,
      bucketName: this.bucket.bucketName,
      region: Stack.of(this).region,
      urlSuffix: Stack.of(this).urlSuffix,
      prefix: `${this.prefix}planes/`,
      ...credentialsSecret !== undefined ? { credentialsSecret } : { roleArn: this.fluxRole(issuer!, namespace).roleArn },
    });
    this.contents.addFluxFile('flux.yaml', yamlWithTokens(objects));
    const readable = { 'flux.yaml': yamlWithTokens(withReadableTokens(Stack.of(this), objects)) };
    writeFilesAtSynthesis(this, `handoff/${this.siteName}`, () => readable);
    Topology.of(this).addHandoff({ site: this.siteName, folder: `handoff/${this.siteName}`, files: Object.keys(readable) });
  }

  /**
   * @param secrets secrets that readers fetch for the plane; none where it has its own store
   * @internal
   */
  public _addPlane(cluster: EksAnywhereCluster, plane: ContentsOfPlane, secrets: readonly SecretMount[]): void {
    this.contents.addPlane(plane);
    this.contents.addCluster(cluster.node.id, () => cluster._files());
    this.letRead(secrets);
  }

  /**
   * @param secrets secrets that readers fetch for the plane
   * @internal
   */
  public _addMachine(machine: ContentsOfMachine, secrets: readonly SecretMount[]): void {
    this.contents.addMachine(machine);
    this.letRead(secrets);
  }

  /**
   * What exists before the site gets its files: planes start as soon as they are there.
   *
   * @internal
   */
  public _after(prerequisites: readonly IDependable[]): void {
    this.files.node.addDependency(...prerequisites);
  }

  private letRead(secrets: readonly SecretMount[]) {
    for (const mount of secrets) {
      if (this.secrets.some(({ secretName }) => secretName === mount.secretName)) continue;
      this.secrets.push(mount);
      for (const reader of this.readers) secretReadStatements('handoff', mount, this).forEach((statement) => this.allow(reader, statement));
    }
  }

  private publish(digest: string) {
    const { region } = Stack.of(this);
    const value: HandoffParameter = { bucket: this.bucket.bucketName, region, prefix: this.prefix, digest };
    new ssm.StringParameter(this, 'Parameter', {
      parameterName: this.parameterName,
      stringValue: Stack.of(this).toJsonString(value),
      description: `Where the site ${this.siteName} finds what it gets`,
    });
  }

  private makeReaderRole(readers: readonly iam.IPrincipal[]): iam.Role {
    const role = new iam.Role(this, 'Reader', {
      assumedBy: new iam.CompositePrincipal(...readers),
      description: `Fetches what the site ${this.siteName} gets`,
    });
    this.grantRead(role);
    new CfnOutput(this, 'ReaderRole', {
      value: role.roleArn,
      description: `Assumed by those who fetch what the site ${this.siteName} gets`,
    });
    return role;
  }

  private fluxRole(issuer: OidcIssuer, namespace: string): iam.Role {
    const role = issuer.createRole(`${this.node.id}Flux`, {
      namespace,
      serviceAccount: 'source-controller',
      description: `Flux on the site ${this.siteName}`,
    });
    const planes = `${this.prefix}planes/*`;
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects(planes)] }));
    // Flux checks that the bucket exists (HeadBucket, which names no prefix) before it lists.
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLikeIfExists: { 's3:prefix': planes } },
      }),
    );
    return role;
  }

  private allow(grantee: iam.IGrantable, statement: iam.PolicyStatement) {
    if (grantee.grantPrincipal.addToPrincipalPolicy(statement).statementAdded) return;
    throw new Error(
      `${this.node.path}: grantRead got a principal that takes no policies; expected a role or user of this account: `
        + 'name it among the readers of addSite() instead',
    );
  }

  private problems(): string[] {
    if (this.contents.isEmpty()) {
      return [
        'no plane is on the site: give it to a target, EksAnywhereTarget.cluster(..., { site }) or '
          + 'DockerTarget.compose({ site }), or leave it out',
      ];
    }
    const bytes = this.contents.files().reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
    return bytes <= MAX_BYTES ? [] : [`the site's files have ${bytes} bytes, expected at most ${MAX_BYTES}: make two sites of it`];
  }
}
