import { Duration } from 'aws-cdk-lib';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** Options of `CognitoIdentity.addMachineClient()`. */
export interface MachineClientOptions {
  /**
   * Names of the scopes that the client may ask for, out of the identity's `scopes`.
   *
   * @default - all of them
   */
  readonly scopes?: string[];

  /**
   * How long its access tokens last, five minutes to a day. Nothing takes a token back before its end.
   *
   * @default Duration.minutes(15)
   */
  readonly tokenValidity?: Duration;
}

/** A machine that calls APIs: it gets access tokens with its own credentials (client credentials). */
export interface CognitoMachineClient {
  /** The client in the user pool. */
  readonly client: cognito.UserPoolClient;

  /** A JSON document with all that the machine needs: `token_endpoint`, `client_id`, `client_secret`, `scope`, `issuer`. Give it to the machine with `secret.grantRead`. */
  readonly secret: secretsmanager.ISecret;
}
