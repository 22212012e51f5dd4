import { Duration, Lazy, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as rolesanywhere from 'aws-cdk-lib/aws-rolesanywhere';
import { Construct } from 'constructs';
import { requireSeconds } from '../../private/input/numbers';
import { atPlace } from '../../private/input/place';
import { requireStack } from '../../private/input/stack-scope';
import { PolicyPack } from '../../private/policy/policy-pack';
import type { CertificateAuthority } from './certificate-authority';

/** Properties of `RolesAnywhere`. */
export interface RolesAnywhereProps {
  /** Who signs the certificates: the authority of the cluster itself, or another. */
  readonly authority: CertificateAuthority;

  /**
   * How long credentials are valid, from 15 minutes to 12 hours.
   *
   * @default Duration.hours(1)
   */
  readonly sessionDuration?: Duration;
}

/** Which certificates can assume a role. At least one of the two: without a subject, every certificate of the authority could. */
export interface CertificateSubject {
  /**
   * Common name (CN); `*` matches any text, as in `system:node:factory-*`.
   *
   * @default - any
   */
  readonly commonName?: string;

  /**
   * Organisation (O), such as `system:nodes`, which the nodes of Kubernetes have.
   *
   * @default - any
   */
  readonly organization?: string;
}

/** Path of the kubelet's certificate and key on each Kubernetes node. */
const NODE_CERTIFICATE = '/var/lib/kubelet/pki/kubelet-client-current.pem';
const SESSIONS = { min: Duration.minutes(15).toSeconds(), max: Duration.hours(12).toSeconds(), expected: '15 minutes to 12 hours' };

/**
 * Lets machines and pods outside AWS get credentials for IAM roles by a certificate (IAM Roles Anywhere). The
 * alternative to `OidcIssuer` for sites that may not publish anything.
 *
 * Creates a trust anchor for an authority and a profile with the roles that are added; at least one role is needed.
 *
 * @example
 * const anywhere = new RolesAnywhere(stack, 'Anywhere', {
 *   authority: CertificateAuthority.fromPem(readFileSync('factory-ca.pem', 'utf8')),
 * });
 * const nodes = anywhere.addRole('Nodes', { organization: 'system:nodes' });
 */
export class RolesAnywhere extends Construct {
  /** ARN of the trust anchor. */
  public readonly trustAnchorArn: string;

  /** ARN of the profile. */
  public readonly profileArn: string;

  private readonly roles: iam.Role[] = [];

  /**
   * @throws Error when sessionDuration is out of bounds
   */
  constructor(scope: Construct, id: string, props: RolesAnywhereProps) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    const { authority, sessionDuration = Duration.hours(1) } = props;
    const seconds = atPlace(this, () => requireSeconds('sessionDuration', sessionDuration, SESSIONS));
    const name = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' });
    const anchor = new rolesanywhere.CfnTrustAnchor(this, 'TrustAnchor', { name, enabled: true, source: authority._source });
    this.trustAnchorArn = anchor.attrTrustAnchorArn;
    const profile = new rolesanywhere.CfnProfile(this, 'Profile', {
      name, enabled: true, durationSeconds: seconds, roleArns: Lazy.list({ produce: () => this.roles.map(({ roleArn }) => roleArn) }),
    });
    this.profileArn = profile.attrProfileArn;
    this.node.addValidation({
      validate: () => (this.roles.length > 0 ? [] : ['roles: got none, expected at least one: call addRole()']),
    });
  }

  /**
   * Adds a role that holders of certain certificates can assume.
   *
   * @throws Error when the subject has neither field
   */
  public addRole(id: string, subject: CertificateSubject): iam.Role {
    const fields = { 'aws:PrincipalTag/x509Subject/CN': subject.commonName, 'aws:PrincipalTag/x509Subject/O': subject.organization };
    const wanted = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '' && value !== '*');
    atPlace(this, () => {
      if (wanted.length > 0) return;
      throw new Error(
        `subject: got neither commonName nor organization for ${id}, expected at least one, such as { organization: 'system:nodes' }: `
          + 'without one, every certificate of the authority could assume the role',
      );
    });
    const principal = new iam.ServicePrincipal('rolesanywhere.amazonaws.com', {
      conditions: { ArnEquals: { 'aws:SourceArn': this.trustAnchorArn }, StringLike: Object.fromEntries(wanted) },
    });
    const role = new iam.Role(this, id, {
      assumedBy: principal,
      description: `Holders of certificates with ${wanted.map(([, value]) => value).join(' and ')}`,
    });
    role.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({ actions: ['sts:TagSession', 'sts:SetSourceIdentity'], principals: [principal] }),
    );
    this.roles.push(role);
    return role;
  }

  /**
   * The configuration file of AWS with which nodes get credentials for a role by the certificate of their kubelet: the
   * key `config` of the Secret that `Package.credentialProvider()` reads. It contains no secret; known after deployment,
   * so write it to a `CfnOutput`.
   */
  public nodeConfiguration(role: iam.IRole): string {
    const options = {
      'certificate': NODE_CERTIFICATE,
      'private-key': NODE_CERTIFICATE,
      'trust-anchor-arn': this.trustAnchorArn,
      'profile-arn': this.profileArn,
      'role-arn': role.roleArn,
    };
    const command = [
      'aws_signing_helper credential-process',
      ...Object.entries(options).map(([option, value]) => `--${option} ${value}`),
    ].join(' ');
    return `[default]\nregion = ${Stack.of(this).region}\ncredential_process = ${command}\n`;
  }
}
