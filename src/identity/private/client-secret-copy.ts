import { CustomResource, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CustomResourceFunction } from '../../private/lambda-function';
import { SERVICE_TIMEOUT } from '../../private/service-timeouts';

/** One client of the pool, and where its secret goes. */
interface CopiedClient {
  readonly clientId: string;
  readonly secretName: string;
  readonly description: string;
  /** Beside issuer, client id and client secret. */
  readonly more?: { readonly TokenEndpoint?: string; readonly Scope?: string; readonly Session?: 'true' };
}

/** The pool, as our function needs to know it. */
interface CopiedPool {
  readonly userPoolId: string;
  readonly userPoolArn: string;
  readonly issuer: string;
}

/**
 * Copies secrets of app clients into Secrets Manager by a function of ours, one for all clients of a pool. Neither
 * template nor response holds them.
 */
export class ClientSecretCopy extends Construct {
  private readonly copier: CustomResourceFunction;
  private readonly write = new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'] });

  constructor(scope: Construct, id: string, private readonly pool: CopiedPool) {
    super(scope, id);
    this.copier = new CustomResourceFunction(this, 'Function', 'client-secret', [
      new iam.PolicyStatement({ actions: ['cognito-idp:DescribeUserPoolClient'], resources: [pool.userPoolArn] }),
      this.write,
    ]);
  }

  public copy(scope: Construct, { clientId, secretName, description, more }: CopiedClient): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(scope, 'ClientSecret', {
      secretName,
      description,
      // Never used: the function replaces it before the first read.
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'replaced' },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.write.addResources(secret.secretArn);
    new CustomResource(scope, 'SecretCopy', {
      resourceType: 'Custom::HybridgeClientSecret',
      serviceToken: this.copier.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { UserPoolId: this.pool.userPoolId, ClientId: clientId, Issuer: this.pool.issuer, SecretArn: secret.secretArn, ...more },
    });
    return secret;
  }
}
