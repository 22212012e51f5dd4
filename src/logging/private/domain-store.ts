import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IDependable } from 'constructs';
import { admit } from '../../private/network/admission';
import { STREAM } from './log-store';
import type { LogStore } from './log-store';

interface DomainFacts {
  readonly domainArn: string;
  /** Host only. */
  readonly domainEndpoint: string;
  readonly vpc: ec2.IVpc;
  readonly connections: ec2.Connections;
  readonly ready: readonly IDependable[];
}

/** A domain of OpenSearch Service in a VPC, without users of its own: who may do what is IAM's affair, by path. */
export function domainStore({ domainArn, domainEndpoint, vpc, connections, ready }: DomainFacts): LogStore {
  const paths = (...all: readonly string[]) => all.map((path) => `${domainArn}/${path}`);
  return {
    endpoint: `https://${domainEndpoint}`,
    vpc,
    target: `${STREAM}-default`,
    ready,
    // Not grantPathWrite(): it lets delete, too.
    writing: () => [new iam.PolicyStatement({ actions: ['es:ESHttpPost', 'es:ESHttpPut'], resources: paths(`${STREAM}-*`) })],
    settingUp: () => [
      new iam.PolicyStatement({
        actions: ['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'],
        resources: paths(
          `_plugins/_ism/policies/${STREAM}`,
          `_plugins/_ism/change_policy/${STREAM}*`,
          `_index_template/${STREAM}`,
          `_data_stream/${STREAM}-default`,
          `_data_stream/${STREAM}-default/_stats`,
          '_plugins/_alerting/monitors',
          '_plugins/_alerting/monitors/*',
          '_dashboards/api/saved_objects/*',
        ),
      }),
    ],
    admit: (owner, peer) => admit(owner, { to: connections, peer, port: 443, description: 'logs of gateways' }),
  };
}
