import { Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { atPlace } from '../private/input/place';
import { requireHostname } from '../private/network/host-name';
import type { SecretMount } from '../private/secrets/mount';
import { LOAD_BALANCER_CALLBACK } from './private/load-balancer-login';
import type { LoadBalancerLogin } from './private/load-balancer-login';
import { loginPluginConfig, tokenPluginConfig } from './private/openid-connect-config';
import type { IdentityFacts } from './private/openid-connect-config';

/** Options of `GatewayIdentity.pluginConfig()`. */
export interface OpenIdConnectOptions {
  /**
   * Host name of the gateway for browsers, such as `apis.acme.example`. The plugin redirects them to the login
   * pages, which return to this host.
   *
   * @default - no redirects: the plugin rejects requests without an access token
   */
  readonly hostname?: string;

  /**
   * Scopes that an access token must have, such as `gateway/call`. Browser tokens have only openid, email and
   * profile.
   *
   * @default - any
   *
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3
   */
  readonly scopesRequired?: string[];
}

/** An identity provider for consumers or administrators of gateways: `CognitoIdentity`, or an existing pool. */
export abstract class GatewayIdentity extends Construct {
  /** Issuer of the tokens; `/.well-known/openid-configuration` is below it. */
  public abstract readonly issuer: string;

  /** Issuer, client id and client secret of the browser client, and the session key, as a JSON document. */
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
   * Allows the login to return to a data plane.
   *
   * @internal
   */
  public _serve(hostname: string | undefined): void {
    this.hasConsumers = true;
    if (hostname === undefined) return;
    atPlace(this, () => requireHostname('hostname', hostname));
    this._admit(hostname);
  }

  /**
   * Allows the login to return to an administrators' load balancer.
   *
   * @internal
   */
  public _administrate(hostname: string): LoadBalancerLogin {
    this.hasAdministrators = true;
    this._admitCallback(`https://${hostname}${LOAD_BALANCER_CALLBACK}`);
    return this._login();
  }

  /**
   * Returns the configuration of the plugin `openid-connect` for this provider. With a `hostname` it serves
   * browsers (authorization code with PKCE, a gateway session, logout) and requests with an access token; without one
   * only the latter.
   *
   * The plugin accepts tokens of the clients that exist at the time of the call, and of no other client of the pool:
   * call it after `addMachineClient`. The client secret and the session key are references that nodes of planes with
   * this `identity` resolve. The packaged gateway runs the plugin; of Kong Gateway, the enterprise edition
   * does.
   */
  public pluginConfig(options: OpenIdConnectOptions = {}): { [key: string]: any } {
    const { hostname, scopesRequired } = options;
    atPlace(this, () => scopesRequired?.forEach((scope, at) => requireScope(`scopesRequired[${at}]`, scope)));
    this.hasConsumers = true;
    if (hostname === undefined) return tokenPluginConfig(this._facts(), scopesRequired);
    atPlace(this, () => requireHostname('hostname', hostname));
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

const MIXED =
  ('identity: consumers of APIs and administrators (AdminExposure.internalLoadBalancer) log in with the same user '
    + 'pool, so that every consumer would be an administrator: expected a separate one for administrators, such as '
    + 'another CognitoIdentity');

/** https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
function requireScope(property: string, scope: string) {
  if (Token.isUnresolved(scope) || /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) return;
  throw new Error(`${property}: got ${JSON.stringify(scope)}, expected the name of a scope, such as gateway/call`);
}
