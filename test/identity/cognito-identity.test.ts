import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { CognitoIdentity, EksTarget } from '../../src';
import { only, testCluster, testControlPlane, testStack, writtenManifests } from '../gateway/sample';

describe('the user pool', () => {
  const stack = testStack();
  const identity = new CognitoIdentity(stack, 'Identity', { callbackUrls: ['https://portal.acme.example/back'] });
  const template = Template.fromStack(stack);

  it('requires strong passwords and a second factor, and disables sign-up', () => {
    template.hasResource('AWS::Cognito::UserPool', {
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        Policies: {
          PasswordPolicy: { MinimumLength: 12, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true, RequireUppercase: true },
        },
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

  it('has a scope of the gateway, and no client for machines until one is asked for, because AWS bills each', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'gateway',
      Scopes: [{ ScopeName: 'call', ScopeDescription: 'Call APIs through the gateway' }],
    });
    template.resourceCountIs('AWS::Cognito::UserPoolClient', 1);
  });

  it('is its own issuer, whatever its login pages are called', () => {
    expect(stack.resolve(identity.issuer)).toEqual({
      'Fn::Join': ['', ['https://cognito-idp.eu-central-1.amazonaws.com/', { Ref: expect.stringMatching(/^Identity/) }]],
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
      Domain: { 'Fn::Join': ['', [Match.stringLikeRegexp('^gateway-[0-9a-f]{8}-$'), { Ref: 'AWS::AccountId' }]] },
    });
  });

  it('copies the client secret by a function that may read this pool and write this secret', () => {
    template.hasResourceProperties('Custom::HybridgeClientSecret', {
      UserPoolId: Match.anyValue(),
      ClientId: Match.anyValue(),
      SecretArn: { Ref: Match.stringLikeRegexp('WebClientSecret') },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: 'cognito-idp:DescribeUserPoolClient', Resource: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } }),
        ]),
      },
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
  expect(() => Template.fromStack(stack)).toThrow(
    /callbackUrls: got none, expected at least one address.+give callbackUrls, or a hostname/,
  );
});

it('accepts a prefix, scopes, longer passwords, threat protection and no second factor, and can be deleted with the stack', () => {
  const stack = testStack();
  new CognitoIdentity(stack, 'Identity', {
    domainPrefix: 'acme-apis',
    resourceServer: 'https://apis.acme.example',
    scopes: { read: 'Look', write: 'Change' },
    passwordMinLength: 16,
    threatProtection: true,
    mfa: cognito.Mfa.OFF,
    removalPolicy: RemovalPolicy.DESTROY,
    callbackUrls: ['http://localhost:8000/back'],
    logoutUrls: ['http://localhost:8000/bye'],
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Cognito::UserPoolDomain', { Domain: 'acme-apis' });
  template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
    Identifier: 'https://apis.acme.example',
    Scopes: [
      { ScopeName: 'read', ScopeDescription: 'Look' },
      { ScopeName: 'write', ScopeDescription: 'Change' },
    ],
  });
  template.hasResourceProperties('AWS::Cognito::UserPoolClient', { LogoutURLs: ['http://localhost:8000/bye'] });
  template.hasResource('AWS::Cognito::UserPool', {
    Properties: {
      MfaConfiguration: 'OFF', DeletionProtection: 'INACTIVE', UserPoolTier: 'PLUS', UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
      Policies: { PasswordPolicy: { MinimumLength: 16 } },
    },
    DeletionPolicy: 'Delete',
  });
});

it.each([
  [{ domainPrefix: 'Acme' }, 'domainPrefix: got "Acme", expected 1 to 63 lower-case letters'],
  [{ domainPrefix: 'my-cognito' }, 'domainPrefix: got "my-cognito"'],
  [{ callbackUrls: ['http://apis.acme.example/'] }, 'callbackUrls[0]: got "http://apis.acme.example/", expected an https:// address'],
  [{ logoutUrls: ['ftp://x'] }, 'logoutUrls[0]: got "ftp://x", expected an https:// address'],
  [{ passwordMinLength: 6 }, 'passwordMinLength: got 6, expected a whole number, 8 to 99'],
  [{ scopes: {} }, 'scopes: got none, expected at least one'],
  [
    { scopes: { 'read/write': 'x' } },
    'scopes: got the name "read/write", expected 1 to 256 printable characters without spaces, quotes, slashes',
  ],
  [{ resourceServer: 'https://apis.acme.example/' }, 'resourceServer: got "https://apis.acme.example/", expected'],
  [{ callbackUrls: ['https://apis.acme.example/#top'] }, 'callbackUrls[0]: got "https://apis.acme.example/#top"'],
])('refuses %j', (props, message) => {
  expect(() => new CognitoIdentity(testStack(), 'Identity', props)).toThrow(message);
});

describe('a machine client', () => {
  const stack = testStack();
  const identity = new CognitoIdentity(stack, 'Identity', {
    callbackUrls: ['https://a.example/'],
    scopes: { read: 'Look', write: 'Change' },
  });
  const billing = identity.addMachineClient('Billing', { scopes: ['read'], tokenValidity: Duration.hours(1) });
  identity.addMachineClient('Robot');
  const template = Template.fromStack(stack);

  it('may ask for its scopes, or for all', () => {
    const server = { Ref: Match.stringLikeRegexp('ResourceServer') };
    const scope = (name: string) => ({ 'Fn::Join': ['', [server, `/${name}`]] });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: [scope('read')],
      GenerateSecret: true,
      AccessTokenValidity: 60,
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: [scope('read'), scope('write')],
      AccessTokenValidity: 15,
    });
  });

  it('has a secret of its own, which the one function copies', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'hybridge/Cloud/identity/billing' });
    template.hasResourceProperties('Custom::HybridgeClientSecret', {
      ClientId: stack.resolve(billing.client.userPoolClientId),
      SecretArn: stack.resolve(billing.secret.secretArn),
      Scope: 'gateway/read',
      TokenEndpoint: {
        'Fn::Join': ['', ['https://', { Ref: Match.stringLikeRegexp('Domain') }, '.auth.eu-central-1.amazoncognito.com/oauth2/token']],
      },
    });
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Action: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
            Effect: 'Allow',
            Resource: [Match.anyValue(), Match.anyValue(), Match.anyValue()],
          },
        ]),
      },
    });
  });

  it.each<[string, object, string]>([
    ['Wrong', { scopes: ['delete'] }, 'scopes[0]: got "delete", expected one of read, write'],
    ['Wrong', { tokenValidity: Duration.minutes(1) }, 'tokenValidity: got 1 minute, expected five minutes to a day'],
    ['Login', {}, 'id: got login, which is the name of the secret of the browser client'],
  ])('called %s is refused with %j', (id, options, message) => expect(() => identity.addMachineClient(id, options)).toThrow(message));
});

describe('the configuration of openid-connect', () => {
  const stack = testStack();
  const identity = new CognitoIdentity(stack, 'Identity', { domainPrefix: 'acme-apis' });
  const machine = identity.addMachineClient('Robot');
  const [web, robot] = [identity.webClient, machine.client].map(({ userPoolClientId }) => userPoolClientId);

  it('accepts access tokens of the known clients only', () => {
    expect(identity.pluginConfig({ scopesRequired: ['gateway/call', 'gateway/read'] })).toEqual({
      issuer: identity.issuer,
      auth_methods: ['bearer'],
      bearer_token_param_type: ['header'],
      audience_claim: ['client_id'],
      audience_required: [web, robot],
      scopes_required: ['gateway/call gateway/read'],
      groups_claim: ['cognito:groups'],
      ssl_verify: true,
    });
  });

  it('sends browsers to the login pages and back, with references in the place of secrets', () => {
    const config = identity.pluginConfig({ hostname: 'apis.acme.example' });
    expect(config).toMatchObject({
      auth_methods: ['authorization_code', 'session', 'bearer'],
      client_id: [web],
      client_secret: ['{vault://env/identity-client-secret}'],
      session_secret: '{vault://env/identity-session-secret}',
      redirect_uri: ['https://apis.acme.example/oidc/callback'],
      logout_redirect_uri: ['https://apis.acme.example/oidc/logged-out'],
      require_proof_key_for_code_exchange: true,
      // To the page that the user wanted to see, without tokens in its address.
      login_action: 'redirect',
      login_tokens: [],
      preserve_query_args: true,
    });
    expect(config).not.toHaveProperty('scopes_required');
    expect(stack.resolve(config.token_endpoint)).toEqual({
      'Fn::Join': ['', ['https://', { Ref: expect.stringMatching(/Domain/) }, '.auth.eu-central-1.amazoncognito.com/oauth2/token']],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Cognito::UserPoolClient', {
      CallbackURLs: ['https://apis.acme.example/oidc/callback'],
    });
  });

  it('refuses a host name that is none', () => {
    expect(() => identity.pluginConfig({ hostname: 'https://apis.acme.example' })).toThrow(
      'hostname: got "https://apis.acme.example", expected a full name',
    );
  });
});

describe('a pool elsewhere', () => {
  const pool = (stack: ReturnType<typeof testStack>, region = 'eu-central-1') =>
    cognito.UserPool.fromUserPoolArn(stack, 'Pool', `arn:aws:cognito-idp:${region}:111122223333:userpool/${region}_acme`);

  it('is mounted into planes, and says what its client has to know', () => {
    const stack = testStack();
    const webClient = cognito.UserPoolClient.fromUserPoolClientId(stack, 'WebClient', 'acmeweb');
    const identity = CognitoIdentity.existing(stack, 'Identity', {
      userPool: pool(stack),
      webClient,
      loginHost: 'login.acme.example',
      machineClientIds: ['robot'],
    });
    const cluster = testCluster(stack);
    testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('Plane', {
      target: EksTarget.cluster(cluster),
      identity,
      hostname: 'apis.acme.example',
    });
    expect(identity.issuer).toBe('https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_acme');
    expect(identity.pluginConfig({ hostname: 'apis.acme.example' })).toMatchObject({
      audience_required: ['acmeweb', 'robot'],
      authorization_endpoint: 'https://login.acme.example/oauth2/authorize',
    });
    only(writtenManifests(stack, 'plane'), 'SecretProviderClass', 'plane-identity');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
    template.hasResourceProperties('Custom::HybridgeClientSecret', {
      UserPoolId: 'eu-central-1_acme',
      ClientId: 'acmeweb',
      Session: 'true',
    });
    Annotations.fromStack(stack).hasInfo(
      '/Cloud/Identity',
      Match.stringLikeRegexp('callback address https://apis.acme.example/oidc/callback'),
    );
  });

  it.each([
    [{ loginHost: 'https://login.acme.example' }, 'loginHost: got "https://login.acme.example", expected a host without scheme and path'],
    [{ region: 'us-east-1' }, 'userPool: is in region us-east-1, expected eu-central-1, which the stack is in'],
  ])('is refused with %j', ({ region, loginHost = 'login.acme.example' }: { region?: string; loginHost?: string }, message) => {
    const stack = testStack();
    const webClient = cognito.UserPoolClient.fromUserPoolClientId(stack, 'WebClient', 'acmeweb');
    expect(() => CognitoIdentity.existing(stack, 'Identity', { userPool: pool(stack, region), webClient, loginHost })).toThrow(message);
  });
});
