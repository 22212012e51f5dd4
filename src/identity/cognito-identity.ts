import { CustomResource, Duration, Lazy, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PATHS } from '../private/contract';
import { secretName } from '../private/gateway/handoff-names';
import type { SecretMount } from '../private/gateway/plane';
import { Topology } from '../private/gateway/topology';
import { kebabCase, requireObjectName } from '../private/kubernetes/names';
import { CustomResourceFunction } from '../private/lambda-function';

/** Properties of `CognitoIdentity`. */
export interface CognitoIdentityProps {
  /**
   * First part of the address of the login pages, unique in the region among all customers of AWS: lower-case letters, digits and '-'.
   *
   * @default - derived from the construct's path, so that it is the same after every deployment
   */
  readonly domainPrefix?: string;

  /**
   * Addresses that the login may return to, besides those of the data planes that have a `hostname`.
   *
   * @default - those of the data planes only
   */
  readonly callbackUrls?: string[];

  /**
   * Whether users must have a second factor (a code of an authenticator app), may have one, or cannot.
   *
   * @default Mfa.REQUIRED
   */
  readonly mfa?: cognito.Mfa;

  /**
   * Scope that machine clients get with their credentials; shown in tokens as `<identifier>/<scope>`.
   *
   * @default 'call'
   */
  readonly scope?: string;

  /**
   * What becomes of the users when the stack is removed.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Where the openid-connect plugin takes the browser back to. */
const CALLBACK_PATH = '/oidc/callback';
const LOGOUT_PATH = '/oidc/logged-out';

/** Identifier of the resource server: what scopes begin with. */
const RESOURCE_SERVER = 'gateway';

/**
 * A Cognito user pool as the identity provider of gateways: login pages, a client for browsers (authorization code), a client for machines
 * (client credentials with a scope of its own).
 *
 * The browser client's secret is copied to Secrets Manager by a Lambda function; neither template nor response holds it.
 */
export class CognitoIdentity extends Construct {
  /** The users. */
  public readonly userPool: cognito.UserPool;

  /** What tokens name as their issuer, and what `/.well-known/openid-configuration` is found below. */
  public readonly issuer: string;

  /** Client of browsers: authorization code with PKCE. */
  public readonly webClient: cognito.UserPoolClient;

  /** Client of machines: client credentials. */
  public readonly machineClient: cognito.UserPoolClient;

  /** Issuer, client id and client secret of the browser client, as a JSON document. */
  public readonly webClientSecret: secretsmanager.ISecret;

  /** @internal */
  public readonly _mount: SecretMount;

  private readonly hostnames = new Set<string>();

  constructor(scope: Construct, id: string, props: CognitoIdentityProps = {}) {
    super(scope, id);
    this.userPool = this.makePool(props);
    this.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: this.domainPrefix(props.domainPrefix) } });
    this.issuer = `https://cognito-idp.${Stack.of(this).region}.amazonaws.com/${this.userPool.userPoolId}`;
    const callScope = new cognito.ResourceServerScope({ scopeName: props.scope ?? 'call', scopeDescription: 'Call APIs through the gateway' });
    const resourceServer = this.userPool.addResourceServer('ResourceServer', { identifier: RESOURCE_SERVER, scopes: [callScope] });
    const scopeOfMachines = cognito.OAuthScope.resourceServer(resourceServer, callScope);
    this.webClient = this.makeWebClient(props.callbackUrls ?? []);
    this.machineClient = this.userPool.addClient('MachineClient', {
      generateSecret: true,
      oAuth: { flows: { clientCredentials: true }, scopes: [scopeOfMachines] },
      accessTokenValidity: Duration.minutes(15),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
    this._mount = this.copySecret();
    this.webClientSecret = this._mount.secret;
    Topology.of(this).addIntegration(this, 'identity', 'Amazon Cognito', [this._mount]);
  }

  /**
   * Lets the login return to a data plane.
   *
   * @internal
   */
  public _serve(hostname: string | undefined): void {
    if (hostname === undefined) return;
    if (!Token.isUnresolved(hostname) && !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(hostname)) {
      throw new Error(`hostname: got ${JSON.stringify(hostname)}, expected a full name in lower case without scheme and port, such as apis.acme.example`);
    }
    this.hostnames.add(hostname);
  }

  private makePool(props: CognitoIdentityProps): cognito.UserPool {
    const mfa = props.mfa ?? cognito.Mfa.REQUIRED;
    return new cognito.UserPool(this, 'Resource', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa,
      ...mfa !== cognito.Mfa.OFF && { mfaSecondFactor: { otp: true, sms: false } },
      passwordPolicy: { minLength: 12, requireDigits: true, requireLowercase: true, requireUppercase: true, requireSymbols: true, tempPasswordValidity: Duration.days(3) },
      featurePlan: cognito.FeaturePlan.ESSENTIALS,
      deletionProtection: (props.removalPolicy ?? RemovalPolicy.RETAIN) === RemovalPolicy.RETAIN,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  private makeWebClient(given: readonly string[]): cognito.UserPoolClient {
    given.forEach((url, at) => requireCallback(`callbackUrls[${at}]`, url));
    const callbacks = () => [...given, ...[...this.hostnames].map((hostname) => `https://${hostname}${CALLBACK_PATH}`)];
    this.node.addValidation({
      validate: () => callbacks().length > 0 ? []
        : ['callbackUrls: got none, expected at least one address for the login to return to: give callbackUrls, or a hostname to a data plane with this identity'],
    });
    return this.userPool.addClient('WebClient', {
      generateSecret: true,
      supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
        callbackUrls: Lazy.list({ produce: callbacks }),
        logoutUrls: Lazy.list({ produce: () => [...this.hostnames].map((hostname) => `https://${hostname}${LOGOUT_PATH}`) }, { omitEmpty: true }),
      },
      // Revoking does not reach whoever checks a token by itself: only its end does.
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.days(1),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
  }

  private copySecret(): SecretMount {
    const name = secretName(this, requireObjectName('id', kebabCase(this.node.id)), 'login');
    const secret = new secretsmanager.Secret(this, 'WebClientSecret', {
      secretName: name,
      description: 'Issuer, client id and client secret of the gateways\' web client',
      // Never used: the function below replaces it before anybody reads.
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'replaced' },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const copier = new CustomResourceFunction(this, 'SecretCopier', 'client-secret', [
      new iam.PolicyStatement({ actions: ['cognito-idp:DescribeUserPoolClient'], resources: [this.userPool.userPoolArn] }),
      new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'], resources: [secret.secretArn] }),
    ]);
    new CustomResource(this, 'SecretCopy', {
      resourceType: 'Custom::HybridgeClientSecret',
      serviceToken: copier.serviceToken,
      properties: { UserPoolId: this.userPool.userPoolId, ClientId: this.webClient.userPoolClientId, Issuer: this.issuer, SecretArn: secret.secretArn },
    });
    const files = ['issuer', 'client_id', 'client_secret'].map((property) => ({ file: property, property }));
    return { name: 'identity', path: PATHS.identityCredentials, secret, secretName: name, secretType: 'Opaque', files };
  }

  private domainPrefix(given: string | undefined): string {
    if (given === undefined) return derivedPrefix(this);
    if (Token.isUnresolved(given) || (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(given) && !/aws|amazon|cognito/.test(given))) return given;
    throw new Error(`domainPrefix: got ${JSON.stringify(given)}, expected 1 to 63 lower-case letters, digits and '-', without the words aws, amazon and cognito`);
  }
}

/** Account and hash of the path: nobody else has both. */
function derivedPrefix(scope: Construct): string {
  const hash = Names.nodeUniqueId(scope.node).slice(-8).toLowerCase();
  return `gateway-${hash}-${Stack.of(scope).account}`;
}

function requireCallback(property: string, url: string) {
  if (Token.isUnresolved(url) || /^https:\/\/[^\s#]+$/.test(url) || /^http:\/\/localhost(:\d+)?(\/[^\s#]*)?$/.test(url)) return;
  throw new Error(`${property}: got ${JSON.stringify(url)}, expected an https:// address without a fragment; http:// is for localhost only`);
}
