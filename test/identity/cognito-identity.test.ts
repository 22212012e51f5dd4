import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Mfa } from 'aws-cdk-lib/aws-cognito';
import { CognitoIdentity, EksTarget } from '../../src';
import { testCluster, testControlPlane, testStack } from '../gateway/sample';

describe('the user pool', () => {
  const stack = testStack();
  const identity = new CognitoIdentity(stack, 'Identity', { callbackUrls: ['https://portal.acme.example/back'] });
  const template = Template.fromStack(stack);

  it('asks for strong passwords and a second factor, and lets nobody sign up', () => {
    template.hasResource('AWS::Cognito::UserPool', {
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        Policies: { PasswordPolicy: { MinimumLength: 12, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true, RequireUppercase: true } },
        DeletionProtection: 'ACTIVE',
      },
      DeletionPolicy: 'Retain',
    });
  });

  it('has a client for browsers with codes, short tokens and a secret', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      CallbackURLs: ['https://portal.acme.example/back'],
      GenerateSecret: true,
      AccessTokenValidity: 15,
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  it('has a client for machines with a scope of the gateway', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', { Identifier: 'gateway', Scopes: [Match.objectLike({ ScopeName: 'call' })] });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', { AllowedOAuthFlows: ['client_credentials'], GenerateSecret: true });
  });

  it('is its own issuer, whatever its login pages are called', () => {
    expect(stack.resolve(identity.issuer)).toEqual({ 'Fn::Join': ['', ['https://cognito-idp.eu-central-1.amazonaws.com/', { Ref: expect.stringMatching(/^Identity/) }]] });
    template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: { 'Fn::Join': ['', [Match.stringLikeRegexp('^gateway-[0-9a-f]{8}-$'), { Ref: 'AWS::AccountId' }]] } });
  });

  it('copies the client secret by a function that may read this pool and write this secret', () => {
    template.hasResourceProperties('Custom::HybridgeClientSecret', { UserPoolId: Match.anyValue(), ClientId: Match.anyValue(), SecretArn: { Ref: Match.stringLikeRegexp('WebClientSecret') } });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'cognito-idp:DescribeUserPoolClient', Resource: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } })]) },
    });
    // The attribute of the client would put the secret into CloudFormation's hands.
    expect(JSON.stringify(template.toJSON())).not.toContain('"ClientSecret"]');
    template.resourceCountIs('Custom::DescribeCognitoUserPoolClient', 0);
  });
});

it('lets the login return to every data plane that has a host name', () => {
  const stack = testStack();
  const identity = new CognitoIdentity(stack, 'Identity');
  const cluster = testCluster(stack);
  const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
  for (const name of ['One', 'Two']) {
    controlPlane.addDataPlane(name, { target: EksTarget.cluster(cluster), identity, hostname: `${name.toLowerCase()}.acme.example` });
  }
  Template.fromStack(stack).hasResourceProperties('AWS::Cognito::UserPoolClient', {
    CallbackURLs: ['https://one.acme.example/oidc/callback', 'https://two.acme.example/oidc/callback'],
    LogoutURLs: ['https://one.acme.example/oidc/logged-out', 'https://two.acme.example/oidc/logged-out'],
  });
});

it('fails when the login has nowhere to return to', () => {
  const stack = testStack();
  new CognitoIdentity(stack, 'Identity');
  expect(() => Template.fromStack(stack)).toThrow(/callbackUrls: got none, expected at least one address.+give callbackUrls, or a hostname/);
});

it('takes a prefix, a scope, no second factor, and may go with the stack', () => {
  const stack = testStack();
  new CognitoIdentity(stack, 'Identity', {
    domainPrefix: 'acme-apis', scope: 'read', mfa: Mfa.OFF, removalPolicy: RemovalPolicy.DESTROY, callbackUrls: ['http://localhost:8000/back'],
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'acme-apis' });
  template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', { Scopes: [Match.objectLike({ ScopeName: 'read' })] });
  template.hasResource('AWS::Cognito::UserPool', { Properties: { MfaConfiguration: 'OFF', DeletionProtection: 'INACTIVE' }, DeletionPolicy: 'Delete' });
});

it.each([
  [{ domainPrefix: 'Acme' }, 'domainPrefix: got "Acme", expected 1 to 63 lower-case letters'],
  [{ domainPrefix: 'my-cognito' }, 'domainPrefix: got "my-cognito"'],
  [{ callbackUrls: ['http://apis.acme.example/'] }, 'callbackUrls[0]: got "http://apis.acme.example/", expected an https:// address'],
  [{ callbackUrls: ['https://apis.acme.example/#top'] }, 'callbackUrls[0]: got "https://apis.acme.example/#top"'],
])('refuses %j', (props, message) => {
  expect(() => new CognitoIdentity(testStack(), 'Identity', props)).toThrow(message);
});
