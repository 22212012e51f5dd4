import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { lambdaCode } from '../../private/bundle';
import { SERVICE_TIMEOUT } from '../../private/service-timeouts';
import { STREAM } from './log-store';
import type { LogStore } from './log-store';
import { VpcFunction } from './vpc-function';

const BUNDLE = 'opensearch-setup';

/**
 * Makes index template, retention, data stream, dashboard and alerts, again with every version of this library that
 * says something else about them.
 */
export class LogStreamSetup extends Construct {
  constructor(scope: Construct, id: string, store: LogStore, retentionDays: number) {
    super(scope, id);
    const setup = new VpcFunction(this, 'Function', {
      bundle: BUNDLE, vpc: store.vpc, description: 'Makes what logs of gateways need in OpenSearch', statements: store.settingUp(),
    });
    store.admit(this, setup.securityGroup);
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::HybridgeLogStream',
      serviceToken: setup.handler.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { Endpoint: store.endpoint, Stream: STREAM, RetentionDays: String(retentionDays), Content: contentDigest() },
    });
    resource.node.addDependency(...store.ready);
  }
}

function contentDigest(): string {
  return createHash('sha256').update(readFileSync(join(lambdaCode(BUNDLE), 'index.mjs'))).digest('hex');
}
