import { Annotations, Duration, Lazy, Names, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { isProtected } from '../private/deletion-protection';
import { claimName } from '../private/input/claims';
import { requireSeconds, requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { kebabCase, requireObjectName } from '../private/kubernetes/names';
import type { SecretMount } from '../private/secrets/mount';
import { Topology } from '../private/topology/topology';
import type { CognitoMachineClient, MachineClientOptions } from './cognito-machine-client';
import { GatewayIdentity } from './gateway-identity';
import { ClientSecretCopy } from './private/client-secret-copy';
import type { LoadBalancerLogin } from './private/load-balancer-login';
import { CALLBACK_PATH, LOGGED_OUT_PATH } from './private/openid-connect-config';
import type { IdentityFacts } from './private/openid-connect-config';
import { identitySecretName, mountWebClient } from './private/web-client-secret';

/** Properties of `CognitoIdentity`. */
export interface CognitoIdentityProps {
  /**
   * First part of the login pages' host name, unique in the region across all AWS accounts: lower-case letters,
   * digits and '-'.
   *
   * @default - derived from the construct's path, the same in every deployment
   */
  readonly domainPrefix?: string;

  /**
   * Callback URLs of the login, in addition to `/oidc/callback` of data planes with a `hostname`.
   *
   * @default - those of the data planes only
   */
  readonly callbackUrls?: string[];

  /**
   * Logout URLs, in addition to `/oidc/logged-out` of data planes with a `hostname`.
   *
   * @default - those of the data planes only
   */
  readonly logoutUrls?: string[];

  /**
   * Whether a second factor (a code from an authenticator app) is required, optional or off.
   *
   * @default Mfa.REQUIRED
   */
  readonly mfa?: cognito.Mfa;

  /**
   * Minimum password length, 8 to 99. Passwords also need upper case, lower case, a digit and a symbol.
   *
   * @default 12
   */
  readonly passwordMinLength?: number;

  /**
   * Whether Cognito blocks suspicious logins and compromised passwords. Needs the Plus plan, at 0.02 USD a month for
   * each active user.
   *
   * @default false
   */
  readonly threatProtection?: boolean;

  /**
   * Identifier of the resource server, the first part of the gateway's scopes.
   *
   * @default 'gateway'
   */
  readonly resourceServer?: string;

  /**
   * Scopes that machine clients may request: name → description. In tokens a scope is `<resourceServer>/<name>`.
   *
   * @default - { call: 'Call APIs through the gateway' }
   */
  readonly scopes?: { [name: string]: string };

  /**
   * What happens to the user pool when the stack is deleted. With `RETAIN`, Cognito also refuses to delete the pool.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties of `CognitoIdentity.existing()`. */
export interface ExistingCognitoProps {
  /** The user pool, in the account and region of the stack. */
  readonly userPool: cognito.IUserPool;

  /**
   * Client of browsers: authorization code, with a secret. Its owner configures the callback URLs; synthesis lists
   * those that the data planes need.
   */
  readonly webClient: cognito.IUserPoolClient;

  /** Host of the login pages, such as `acme.auth.eu-central-1.amazoncognito.com`, or the pool's own domain. */
  readonly loginHost: string;

  /**
   * Ids of additional clients whose access tokens the gateway accepts.
   *
   * @default - only those of the web client
   */
  readonly machineClientIds?: string[];
}

/**
 * A Cognito user pool as the identity provider of gateways: login pages, a client for browsers (authorization code
 * with PKCE), a client for each machine that calls APIs (client credentials with the gateway's scopes).
 *
 * A Lambda function copies client secrets to Secrets Manager; neither template nor response contains them.
 *
 * @example
 * const identity = new CognitoIdentity(stack, 'Identity', { scopes: { read: 'Look at orders' } });
 * identity.addMachineClient('Billing', { scopes: ['read'] });
 */
export class CognitoIdentity extends GatewayIdentity {
  /** An existing user pool. */
  public static existing(scope: Construct, id: string, props: ExistingCognitoProps): GatewayIdentity {
    return new ExistingCognito(scope, id, props);
  }

  /** The user pool. */
  public readonly userPool: cognito.UserPool;

  /** The login pages. */
  public readonly domain: cognito.UserPoolDomain;

  /** Issuer of the tokens; `/.well-known/openid-configuration` is below it. */
  public readonly issuer: string;

  /** Client of browsers: authorization code with PKCE. */
  public readonly webClient: cognito.UserPoolClient;

  /** Issuer, client id and client secret of the browser client, and the session key, as a JSON document. */
  public readonly webClientSecret: secretsmanager.ISecret;

  /** @internal */
  public readonly _mount: SecretMount;

  private readonly hostnames = new Set<string>();
  /** Of load balancers. */
  private readonly furtherCallbacks = new Set<string>();
  private readonly scopes: ReadonlyMap<string, cognito.OAuthScope>;
  private readonly copy: ClientSecretCopy;
  private readonly machines: cognito.UserPoolClient[] = [];

  constructor(scope: Construct, id: string, private readonly props: CognitoIdentityProps = {}) {
    super(scope, id);
    requireStack(this);
    this.userPool = atPlace(this, () => this.makePool());
    const domainPrefix = atPlace(this, () => this.domainPrefix(props.domainPrefix));
    this.domain = this.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix } });
    this.issuer = issuerOf(this.userPool);
    this.scopes = atPlace(this, () => this.makeScopes());
    this.webClient = atPlace(this, () => this.makeWebClient());
    this.copy = new ClientSecretCopy(this, 'SecretCopier', {
      userPoolId: this.userPool.userPoolId,
      userPoolArn: this.userPool.userPoolArn,
      issuer: this.issuer,
    });
    this._mount = atPlace(this, () => mountWebClient(this, this.copy, this.webClient.userPoolClientId));
    this.webClientSecret = this._mount.secret;
    Topology.of(this).addIntegration(this, 'identity', 'Amazon Cognito', [this._mount]);
  }

  /**
   * Adds a machine client, which calls APIs. AWS bills each machine client and each token that it requests.
   *
   * @param id becomes the last part of the name of its secret
   */
  public addMachineClient(id: string, options: MachineClientOptions = {}): CognitoMachineClient {
    return atPlace(this, () => this.makeMachineClient(id, options));
  }

  /** @internal */
  protected _admit(hostname: string): void {
    this.hostnames.add(hostname);
  }

  /** @internal */
  protected _admitCallback(url: string): void {
    this.furtherCallbacks.add(url);
  }

  /** @internal */
  protected _login(): LoadBalancerLogin {
    return { userPool: this.userPool, client: this.webClient, domain: this.domain };
  }

  /** @internal */
  protected _facts(): IdentityFacts {
    const clientIds = [this.webClient, ...this.machines].map(({ userPoolClientId }) => userPoolClientId);
    return {
      issuer: this.issuer,
      loginUrl: this.domain.baseUrl(),
      webClientId: this.webClient.userPoolClientId,
      clientIds,
      mount: this._mount,
    };
  }

  private makeMachineClient(id: string, options: MachineClientOptions): CognitoMachineClient {
    const { scopes = [...this.scopes.keys()], tokenValidity = Duration.minutes(15) } = options;
    if (scopes.length === 0) {
      throw new Error(
        'scopes: got none, expected at least one, because machine tokens need one: omit the property for all scopes of the identity',
      );
    }
    requireSeconds('tokenValidity', tokenValidity, { min: 300, max: 86_400, expected: 'five minutes to a day' });
    const purpose = requireObjectName('id', kebabCase(id));
    if (purpose === 'login') throw new Error('id: got login, which is the name of the secret of the browser client: choose another one');
    const place = new Construct(this, id);
    const client = new cognito.UserPoolClient(place, 'Client', {
      userPool: this.userPool,
      generateSecret: true,
      oAuth: { flows: { clientCredentials: true }, scopes: scopes.map((name, at) => this.scope(`scopes[${at}]`, name)) },
      accessTokenValidity: tokenValidity,
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
    const { resourceServer = DEFAULT_SERVER } = this.props;
    const secret = this.copy.copy(place, {
      clientId: client.userPoolClientId,
      secretName: identitySecretName(this, purpose),
      description: `Credentials with which the machine ${id} gets access tokens`,
      more: { TokenEndpoint: `${this.domain.baseUrl()}/oauth2/token`, Scope: scopes.map((name) => `${resourceServer}/${name}`).join(' ') },
    });
    this.machines.push(client);
    return { client, secret };
  }

  private makePool(): cognito.UserPool {
    const {
      mfa = cognito.Mfa.REQUIRED,
      passwordMinLength = 12,
      threatProtection = false,
      removalPolicy = RemovalPolicy.RETAIN,
    } = this.props;
    requireWhole('passwordMinLength', passwordMinLength, { min: 8, max: 99 });
    const isKept = removalPolicy === RemovalPolicy.RETAIN;
    const deletionProtection = isProtected(this, isKept);
    return new cognito.UserPool(this, 'Resource', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa,
      ...(mfa !== cognito.Mfa.OFF && { mfaSecondFactor: { otp: true, sms: false } }),
      passwordPolicy: {
        minLength: passwordMinLength,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      featurePlan: threatProtection ? cognito.FeaturePlan.PLUS : cognito.FeaturePlan.ESSENTIALS,
      ...(threatProtection && { standardThreatProtectionMode: cognito.StandardThreatProtectionMode.FULL_FUNCTION }),
      deletionProtection,
      // CloudFormation cannot delete a protected pool when it takes back a first deployment: it must not try.
      removalPolicy: isKept && !deletionProtection ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : removalPolicy,
    });
  }

  private makeScopes(): ReadonlyMap<string, cognito.OAuthScope> {
    const { resourceServer: identifier = DEFAULT_SERVER, scopes: given = { call: 'Call APIs through the gateway' } } = this.props;
    if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(identifier) || identifier.endsWith('/')) {
      throw new Error(
        `resourceServer: got ${JSON.stringify(identifier)}, expected 1 to 256 printable characters without spaces, `
          + 'quotes and backslashes, and without a slash at the end',
      );
    }
    if (Object.keys(given).length === 0) {
      throw new Error('scopes: got none, expected at least one, because machine clients need one: omit the property for the scope call');
    }
    const scopes = Object.entries(given).map(([scopeName, scopeDescription]) => {
      if (scopeDescription.length < 1 || scopeDescription.length > 256) {
        throw new Error(`scopes: got ${JSON.stringify(scopeDescription)} for ${scopeName}, expected a description of 1 to 256 characters`);
      }
      return new cognito.ResourceServerScope({ scopeName: requireScopeName(scopeName), scopeDescription });
    });
    const server = this.userPool.addResourceServer('ResourceServer', { identifier, scopes });
    return new Map(scopes.map((each) => [each.scopeName, cognito.OAuthScope.resourceServer(server, each)]));
  }

  private scope(property: string, name: string): cognito.OAuthScope {
    const known = this.scopes.get(name);
    if (known) return known;
    throw new Error(
      `${property}: got ${JSON.stringify(name)}, expected one of ${[...this.scopes.keys()].join(', ')}: name it in `
        + 'the scopes of the identity first',
    );
  }

  private makeWebClient(): cognito.UserPoolClient {
    const { callbackUrls = [], logoutUrls = [] } = this.props;
    callbackUrls.forEach((url, at) => requireCallback(`callbackUrls[${at}]`, url));
    logoutUrls.forEach((url, at) => requireCallback(`logoutUrls[${at}]`, url));
    const ofPlanes = (path: string) => [...this.hostnames].map((hostname) => `https://${hostname}${path}`);
    const callbacks = () => [...callbackUrls, ...ofPlanes(CALLBACK_PATH), ...this.furtherCallbacks];
    this.node.addValidation({
      validate: () =>
        callbacks().length > 0
          ? []
          : [
            'callbackUrls: got none, expected at least one address for the login to return to: give callbackUrls, or a '
                + 'hostname to a data plane with this identity',
          ],
    });
    return this.userPool.addClient('WebClient', {
      generateSecret: true,
      supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
        callbackUrls: Lazy.list({ produce: callbacks }),
        logoutUrls: Lazy.list({ produce: () => [...logoutUrls, ...ofPlanes(LOGGED_OUT_PATH)] }, { omitEmpty: true }),
      },
      // A gateway that validates tokens locally does not see revocations; only expiry ends a token there.
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.days(1),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    });
  }

  private domainPrefix(given: string | undefined): string {
    if (given === undefined) return derivedPrefix(this);
    if (Token.isUnresolved(given) || (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(given) && !/aws|amazon|cognito/.test(given))) {
      claimName(this, { property: 'domainPrefix', what: 'domain prefix', name: given, among: Stack.of(this).region });
      return given;
    }
    throw new Error(
      `domainPrefix: got ${JSON.stringify(given)}, expected 1 to 63 lower-case letters, digits and '-', without the `
        + 'words aws, amazon and cognito',
    );
  }
}

class ExistingCognito extends GatewayIdentity {
  public readonly issuer: string;
  public readonly webClientSecret: secretsmanager.ISecret;
  public readonly _mount: SecretMount;

  constructor(scope: Construct, id: string, private readonly props: ExistingCognitoProps) {
    super(scope, id);
    const { userPool, webClient, loginHost, machineClientIds = [] } = props;
    atPlace(this, () => {
      if (!Token.isUnresolved(loginHost) && !/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(loginHost)) {
        throw new Error(
          `loginHost: got ${JSON.stringify(loginHost)}, expected a host without scheme and path, such as `
            + 'acme.auth.eu-central-1.amazoncognito.com',
        );
      }
      machineClientIds.forEach((clientId, at) => requireClientId(`machineClientIds[${at}]`, clientId));
      this.requireHere();
    });
    this.issuer = issuerOf(userPool);
    const copy = new ClientSecretCopy(this, 'SecretCopier', {
      userPoolId: userPool.userPoolId,
      userPoolArn: userPool.userPoolArn,
      issuer: this.issuer,
    });
    this._mount = mountWebClient(this, copy, webClient.userPoolClientId);
    this.webClientSecret = this._mount.secret;
    Topology.of(this).addIntegration(this, 'identity', 'Amazon Cognito', [this._mount]);
  }

  protected _admit(hostname: string): void {
    Annotations.of(this).addInfo(
      `the web client has to know the callback address https://${hostname}${CALLBACK_PATH} and the logout address https://${hostname}${LOGGED_OUT_PATH}`,
    );
  }

  protected _admitCallback(url: string): void {
    Annotations.of(this).addInfo(`the web client has to know the callback address ${url}`);
  }

  protected _login(): LoadBalancerLogin {
    const { userPool, webClient: client, loginHost } = this.props;
    if (Token.isUnresolved(loginHost)) {
      throw new Error(
        'loginHost: is known only after deployment, expected a literal: load balancers know domains of Amazon by their first part',
      );
    }
    const domain = this.node.tryFindChild('LoginDomain') as cognito.IUserPoolDomain | undefined
      ?? cognito.UserPoolDomain.fromDomainName(this, 'LoginDomain', loginHost.replace(/\.auth\.[a-z0-9-]+\.amazoncognito\.com$/, ''));
    return { userPool, client, domain };
  }

  protected _facts(): IdentityFacts {
    const { webClient: { userPoolClientId: webClientId }, loginHost, machineClientIds = [] } = this.props;
    return {
      issuer: this.issuer,
      loginUrl: `https://${loginHost}`,
      webClientId,
      clientIds: [webClientId, ...machineClientIds],
      mount: this._mount,
    };
  }

  /** The function that reads the secret calls Cognito in its own account and region. */
  private requireHere() {
    for (const part of ['account', 'region'] as const) {
      const [got, expected] = [this.props.userPool.env[part], Stack.of(this)[part]];
      if (got === expected || Token.isUnresolved(got) || Token.isUnresolved(expected)) continue;
      throw new Error(
        `userPool: is in ${part} ${got}, expected ${expected}, which the stack is in: declare CognitoIdentity.existing in a stack there`,
      );
    }
  }
}

const DEFAULT_SERVER = 'gateway';

/** Never the login pages' domain: tokens contain this one. */
function issuerOf(pool: cognito.IUserPool): string {
  return `https://cognito-idp.${pool.env.region}.amazonaws.com/${pool.userPoolId}`;
}

/** Account and hash of the path: unique together. */
function derivedPrefix(scope: Construct): string {
  const hash = Names.nodeUniqueId(scope.node).slice(-8).toLowerCase();
  return `gateway-${hash}-${Stack.of(scope).account}`;
}

function requireScopeName(name: string): string {
  if (/^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,256}$/.test(name)) return name;
  throw new Error(
    `scopes: got the name ${JSON.stringify(name)}, expected 1 to 256 printable characters without spaces, quotes, slashes and backslashes`,
  );
}

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientDescription.html */
function requireClientId(property: string, clientId: string) {
  if (Token.isUnresolved(clientId) || /^[\w+]{1,128}$/.test(clientId)) return;
  throw new Error(`${property}: got ${JSON.stringify(clientId)}, expected the id of an app client: 1 to 128 letters, digits, '_' and '+'`);
}

function requireCallback(property: string, url: string) {
  if (Token.isUnresolved(url) || /^https:\/\/[^\s#]+$/.test(url) || /^http:\/\/localhost(:\d+)?(\/[^\s#]*)?$/.test(url)) return;
  throw new Error(
    `${property}: got ${JSON.stringify(url)}, expected an https:// address without a fragment; http:// is for localhost only`,
  );
}
