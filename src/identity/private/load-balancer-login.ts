/** What an Application Load Balancer needs to log people in with a Cognito user pool. */
import type * as cognito from 'aws-cdk-lib/aws-cognito';

/** Path of the load balancer's callback from the login pages; it is fixed. */
export const LOAD_BALANCER_CALLBACK = '/oauth2/idpresponse';

export interface LoadBalancerLogin {
  readonly userPool: cognito.IUserPool;
  /** Authorization code, with a secret, which the load balancer reads itself. */
  readonly client: cognito.IUserPoolClient;
  readonly domain: cognito.IUserPoolDomain;
}
