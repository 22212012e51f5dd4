import { Duration } from 'aws-cdk-lib';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** Options of `CognitoIdentity.addMachineClient()`. */
export interface MachineClientOptions {
  /**
   * Names of the scopes that the client may request, from the identity's `scopes`.
   *
   * @default - all of them
   */
  readonly scopes?: string[];

  /**
   * Validity of its access tokens, five minutes to a day. A token cannot be revoked earlier.
   *
   * @default Duration.minutes(15)
   */
  readonly tokenValidity?: Duration;
}

/** A machine that calls APIs. It gets access tokens with the client credentials grant. */
export interface CognitoMachineClient {
  /** The client in the user pool. */
  readonly client: cognito.UserPoolClient;

  /**
   * Secret with everything the machine needs, as a JSON document: `token_endpoint`, `client_id`, `client_secret`,
   * `scope`, `issuer`. Grant the machine access with `secret.grantRead`.
   */
  readonly secret: secretsmanager.ISecret;
}
