import { Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { within } from '../private/input/place';
import { requireHostname } from '../private/network/host-name';
import type { SecretMount } from '../private/secrets/mount';
import { LOAD_BALANCER_CALLBACK } from './private/load-balancer-login';
import type { LoadBalancerLogin } from './private/load-balancer-login';
import { loginPluginConfig, tokenPluginConfig } from './private/openid-connect-config';
import type { IdentityFacts } from './private/openid-connect-config';

/** Options of `GatewayIdentity.pluginConfig()`. */
export interface OpenIdConnectOptions {
  /**
   * Name under which browsers know the gateway, such as `apis.acme.example`: they are sent to the login pages and back to it.
   *
   * @default - nobody is sent anywhere: requests bring an access token, or are refused
   */
  readonly hostname?: string;

  /**
   * Scopes that an access token has to have, such as `gateway/call`. Tokens of browsers have openid, email and profile only.
   *
   * @default - any
   */
  readonly scopesRequired?: string[];
}

/** An identity provider of gateways' consumers, or of their administrators: `CognitoIdentity`, or a pool that exists. */
export abstract class GatewayIdentity extends Construct {
  /** What tokens name as their issuer, and what `/.well-known/openid-configuration` is found below. */
  public abstract readonly issuer: string;

  /** Issuer, client id and client secret of the browser client, and what sessions are sealed with, as a JSON document. */
  public abstract readonly webClientSecret: secretsmanager.ISecret;

  /** @internal */
  public abstract readonly _mount: SecretMount;

  private hasConsumers = false;
  private hasAdministrators = false;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({ validate: () => this.hasConsumers && this.hasAdministrators ? [MIXED] : [] });
  }

  /**
   * Lets the login return to a data plane.
   *
   * @internal
   */
  public _serve(hostname: string | undefined): void {
    this.hasConsumers = true;
    if (hostname === undefined) return;
    within(this, () => requireHostname('hostname', hostname));
    this._admit(hostname);
  }

  /**
   * Lets the login return to a load balancer of administrators.
   *
   * @internal
   */
  public _administrate(hostname: string): LoadBalancerLogin {
    this.hasAdministrators = true;
    this._admitCallback(`https://${hostname}${LOAD_BALANCER_CALLBACK}`);
    return this._login();
  }

  /**
   * What the plugin `openid-connect` is configured with for this provider: with a `hostname` for browsers (authorization code with PKCE, a session of the gateway, logout) and for requests that bring an access
   * token, without one for the latter only.
   *
   * Tokens of the clients that are known when this is called are accepted, and of no other client of the pool: call it after `addMachineClient`. The client's secret and the key of sessions are references to what nodes of planes with
   * this `identity` have. Kong Gateway has the plugin in its enterprise edition; whether the
   * packaged gateway has it is in `docs/reference/gateway.md`, and synthesis warns while it does not.
   */
  public pluginConfig(options: OpenIdConnectOptions = {}): { [key: string]: any } {
    const { hostname, scopesRequired } = options;
    within(this, () => scopesRequired?.forEach((scope, at) => requireScope(`scopesRequired[${at}]`, scope)));
    this.hasConsumers = true;
    if (hostname === undefined) return tokenPluginConfig(this._facts(), scopesRequired);
    within(this, () => requireHostname('hostname', hostname));
    this._admit(hostname);
    return loginPluginConfig(this._facts(), hostname, scopesRequired);
  }

  /** @internal */
  protected abstract _admit(hostname: string): void;

  /** @internal */
  protected abstract _admitCallback(url: string): void;

  /** @internal */
  protected abstract _login(): LoadBalancerLogin;

  /** @internal */
  protected abstract _facts(): IdentityFacts;
}

const MIXED = 'identity: consumers of APIs and administrators (AdminExposure.internalLoadBalancer) log in with the same user pool, so that every consumer would be an administrator: expected one of its own for administrators, such as another CognitoIdentity';

/** https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
function requireScope(property: string, scope: string) {
  if (Token.isUnresolved(scope) || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) return;
  throw new Error(`${property}: got ${JSON.stringify(scope)}, expected the name of a scope, such as gateway/call`);
}
