import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CertificateAuthority, RolesAnywhere } from '../../../src';
import { testStack } from '../../gateway/sample';

/** Self-signed authority and certificate of a node, made with OpenSSL for these tests; their keys are not kept. */
const AUTHORITY = readFileSync(join(__dirname, 'authority.pem'), 'utf8');
const NODE = readFileSync(join(__dirname, 'node.pem'), 'utf8');

describe('roles for the nodes of a cluster', () => {
  const stack = testStack();
  const anywhere = new RolesAnywhere(stack, 'Anywhere', { authority: CertificateAuthority.fromPem(AUTHORITY) });
  const role = anywhere.addRole('Pull', { organization: 'system:nodes', commonName: 'system:node:factory-*' });
  const template = Template.fromStack(stack);

  it('trust the authority of the cluster', () => {
    template.hasResourceProperties('AWS::RolesAnywhere::TrustAnchor', {
      Enabled: true,
      Source: { SourceType: 'CERTIFICATE_BUNDLE', SourceData: { X509CertificateData: AUTHORITY } },
    });
  });

  it('are in one profile, for an hour', () => {
    template.hasResourceProperties('AWS::RolesAnywhere::Profile', {
      Enabled: true,
      DurationSeconds: 3600,
      RoleArns: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('AnywherePull'), 'Arn'] }],
    });
  });

  it('can only be assumed with certificates of that subject and authority, in every action', () => {
    const condition = {
      ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching('TrustAnchor'), 'TrustAnchorArn'] } },
      StringLike: { 'aws:PrincipalTag/x509Subject/CN': 'system:node:factory-*', 'aws:PrincipalTag/x509Subject/O': 'system:nodes' },
    };
    const trust = { Effect: 'Allow', Principal: { Service: 'rolesanywhere.amazonaws.com' }, Condition: condition };
    expect(stack.resolve(role.assumeRolePolicy).Statement).toEqual([
      { ...trust, Action: 'sts:AssumeRole' },
      { ...trust, Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
    ]);
  });

  it('come with the configuration file of the nodes', () => {
    const text = JSON.stringify(stack.resolve(anywhere.nodeConfiguration(role)));
    expect(text).toContain(
      '[default]\\nregion = eu-central-1\\ncredential_process = aws_signing_helper credential-process --certificate '
        + '/var/lib/kubelet/pki/kubelet-client-current.pem --private-key ',
    );
    for (const option of ['trust-anchor-arn', 'profile-arn', 'role-arn']) expect(text).toContain(`--${option} `);
  });
});

it('trusts a private authority of AWS', () => {
  const stack = testStack();
  const arn = 'arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555';
  new RolesAnywhere(stack, 'Anywhere', { authority: CertificateAuthority.fromPrivateCa(arn) }).addRole('Role', { commonName: 'gateway' });
  Template.fromStack(stack).hasResourceProperties('AWS::RolesAnywhere::TrustAnchor', {
    Source: { SourceType: 'AWS_ACM_PCA', SourceData: { AcmPcaArn: arn } },
  });
});

it('rejects a profile without roles', () => {
  const stack = testStack();
  new RolesAnywhere(stack, 'Anywhere', { authority: CertificateAuthority.fromPem(AUTHORITY) });
  expect(() => (stack.node.root as App).synth()).toThrow('roles: got none, expected at least one: call addRole()');
});

const made = (sessionDuration?: Duration) =>
  new RolesAnywhere(testStack(), 'Anywhere', { authority: CertificateAuthority.fromPem(AUTHORITY), sessionDuration });

it.each<[string, () => unknown, string]>([
  [
    'a role for every certificate',
    () => made().addRole('Role', {}),
    'subject: got neither commonName nor organization for Role, expected at least one',
  ],
  [
    'a role for any common name',
    () => made().addRole('Role', { commonName: '*' }),
    'subject: got neither commonName nor organization for Role, expected at least one',
  ],
  ['sessions of minutes', () => made(Duration.minutes(5)), 'sessionDuration: got 5 minutes, expected 15 minutes to 12 hours'],
  [
    'a certificate that is not an authority',
    () => CertificateAuthority.fromPem(NODE),
    'as certificate 1, which is not that of an authority, expected the certificate that signed it',
  ],
  ['text that is no certificate', () => CertificateAuthority.fromPem('hello'), 'pem: got 0 certificates, expected one or two'],
  ['three certificates', () => CertificateAuthority.fromPem(AUTHORITY.repeat(3)), 'pem: got 3 certificates, expected one or two'],
  [
    'a certificate that cannot be read',
    () => CertificateAuthority.fromPem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
    'pem: cannot read certificate 1, expected X.509',
  ],
  [
    'a private key',
    () => CertificateAuthority.fromPem(`${AUTHORITY}-----BEGIN PRIVATE KEY-----`),
    'pem: got a private key, expected certificates only',
  ],
  ['the ARN of another resource', () => CertificateAuthority.fromPrivateCa('arn:aws:acm:x'), 'arn: got "arn:aws:acm:x", expected the ARN'],
])('rejects %s', (_title, make, message) => {
  expect(make).toThrow(message);
});
