import { RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { OpenSearchLogs } from '../../src';
import type { OpenSearchLogsProps } from '../../src';
import { testStack } from '../gateway/sample';

function domain(props: Partial<OpenSearchLogsProps> = {}): Template {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] });
  new OpenSearchLogs(stack, 'Logs', { vpc, ...props });
  return Template.fromStack(stack);
}

describe('the domain', () => {
  const template = domain();

  it('lives in two private subnets of the VPC, over two zones, with managers of its own', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', {
      EngineVersion: 'OpenSearch_2.19',
      VPCOptions: { SubnetIds: [Match.anyValue(), Match.anyValue()], SecurityGroupIds: [Match.anyValue()] },
      ClusterConfig: { InstanceCount: 2, ZoneAwarenessEnabled: true, ZoneAwarenessConfig: { AvailabilityZoneCount: 2 }, DedicatedMasterEnabled: true, DedicatedMasterCount: 3 },
    });
  });

  it('is encrypted on disk, between nodes and towards clients', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', {
      EncryptionAtRestOptions: { Enabled: true },
      NodeToNodeEncryptionOptions: { Enabled: true },
      DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10' },
      EBSOptions: { EBSEnabled: true, VolumeType: 'gp3', VolumeSize: 100 },
    });
  });

  it('lets nobody in by a policy of its own: access is granted to roles', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', { AccessPolicies: Match.absent() });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });

  it('may write its own logs before it is made, on behalf of this account only', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', {
      LogPublishingOptions: { ES_APPLICATION_LOGS: { Enabled: true }, SEARCH_SLOW_LOGS: { Enabled: true }, INDEX_SLOW_LOGS: { Enabled: true } },
    });
    const [[policy, { Properties }]] = Object.entries<any>(template.findResources('AWS::Logs::ResourcePolicy'));
    expect(JSON.stringify(Properties)).toContain('aws:SourceAccount');
    template.hasResource('AWS::OpenSearchService::Domain', { DependsOn: Match.arrayWith([policy]) });
  });

  it('keeps its documents when the stack goes', () => {
    template.hasResource('AWS::OpenSearchService::Domain', { DeletionPolicy: 'Retain' });
  });
});

it('takes a size, and may go with the stack', () => {
  domain({ storageGib: 500, removalPolicy: RemovalPolicy.DESTROY }).hasResource('AWS::OpenSearchService::Domain', {
    Properties: { EBSOptions: { VolumeSize: 500 } }, DeletionPolicy: 'Delete',
  });
});

it.each([9, 1537, 10.5])('refuses %d GiB', (storageGib) => {
  expect(() => domain({ storageGib })).toThrow(`storageGib: got ${storageGib}, expected a whole number of GiB, 10 to 1536`);
});
