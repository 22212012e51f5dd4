import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PATHS } from '../../private/contract';
import { kebabCase, requireObjectName } from '../../private/kubernetes/names';
import type { SecretMount } from '../../private/secrets/mount';
import { secretName } from '../../private/secrets/names';
import type { LogStore } from './log-store';
import { VpcFunction } from './vpc-function';

const PATH = '/logs';

/** What planes may send at most together. */
const THROTTLE = { rateLimit: 500, burstLimit: 1000 };

/** An internet endpoint that accepts log entries from clients with the token, and a function that writes them into OpenSearch. */
export class LogIngest extends Construct {
  readonly url: string;
  readonly mount: SecretMount;

  /** @param owner whose name the secret has */
  constructor(owner: Construct, id: string, store: LogStore) {
    super(owner, id);
    this.mount = this.makeToken(owner);
    const writer = new VpcFunction(this, 'Function', {
      bundle: 'log-ingest',
      vpc: store.vpc,
      description: 'Writes logs of gateways into OpenSearch',
      statements: [
        ...store.writing(),
        new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.mount.secret.secretArn] }),
      ],
      environment: { ENDPOINT: store.endpoint, TARGET: store.target, SECRET_ARN: this.mount.secret.secretArn },
    });
    store.admit(this, writer.securityGroup);
    const api = new apigateway.HttpApi(this, 'Api', { description: 'Takes logs of gateways', createDefaultStage: false });
    // A stranger cannot guess the id of a stack. A client that does not know the path gets 404 of API Gateway: it starts no function,
    // and takes nothing from the throttle, which counts each route by itself.
    const path = `${PATH}/${Fn.select(2, Fn.split('/', Stack.of(this).stackId))}`;
    new apigateway.HttpRoute(api, 'Logs', {
      httpApi: api,
      routeKey: apigateway.HttpRouteKey.with(path, apigateway.HttpMethod.POST),
      integration: new HttpLambdaIntegration('Write', writer.handler),
    });
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new apigateway.HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(accessLog) },
    });
    this.url = `${api.apiEndpoint}${path}`;
  }

  private makeToken(owner: Construct): SecretMount {
    const name = secretName(owner, requireObjectName('id', kebabCase(owner.node.id)), 'ingest');
    const secret = new secretsmanager.Secret(this, 'Token', {
      secretName: name,
      description: 'Token that gateways send their logs with',
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'token', passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return {
      name: 'logs',
      path: PATHS.logCredentials,
      secret,
      secretName: name,
      secretType: 'Opaque',
      files: [{ file: 'token', property: 'token' }],
    };
  }
}
