import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import { DockerTarget, EksTarget, OpenSearchLogs } from '../../src';
import type { OpenSearchLogsProps } from '../../src';
import { only, testCluster, testControlPlane, testStack, writtenManifests } from '../gateway/sample';

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
      ClusterConfig: {
        InstanceCount: 2,
        ZoneAwarenessEnabled: true,
        ZoneAwarenessConfig: { AvailabilityZoneCount: 2 },
        DedicatedMasterEnabled: true,
        DedicatedMasterCount: 3,
      },
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

  it('has no access policy of its own: IAM grants access to roles', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', { AccessPolicies: Match.absent() });
    const sources = Object.values<any>(template.findResources('AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties.SourceSecurityGroupId['Fn::GetAtt'][0],
    );
    expect(sources).toEqual([expect.stringMatching(/^LogsSetupFunctionSecurityGroup/)]);
  });

  it('may write its own logs before it is created, for this account only', () => {
    template.hasResourceProperties('AWS::OpenSearchService::Domain', {
      LogPublishingOptions: {
        ES_APPLICATION_LOGS: { Enabled: true },
        SEARCH_SLOW_LOGS: { Enabled: true },
        INDEX_SLOW_LOGS: { Enabled: true },
      },
    });
    const [[policy, { Properties }]] = Object.entries<any>(template.findResources('AWS::Logs::ResourcePolicy'));
    expect(JSON.stringify(Properties)).toContain('aws:SourceAccount');
    template.hasResource('AWS::OpenSearchService::Domain', { DependsOn: Match.arrayWith([policy]) });
  });

  it('keeps its documents when the stack is deleted', () => {
    template.hasResource('AWS::OpenSearchService::Domain', { DeletionPolicy: 'RetainExceptOnCreate' });
  });
});

describe('the setup of the domain for gateways', () => {
  const template = domain({ retentionDays: 7 });

  it('is created by a function in the VPC, after the domain, and again when it changes', () => {
    template.hasResource('Custom::HybridgeLogStream', {
      Properties: {
        Endpoint: { 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [Match.stringLikeRegexp('^Logs'), 'DomainEndpoint'] }]] },
        Stream: 'logs-gateway', RetentionDays: '7', Content: Match.stringLikeRegexp('^[0-9a-f]{64}$'),
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Logs[0-9A-F]{8}$')]),
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: Match.anyValue(), SecurityGroupIds: Match.anyValue() },
      Runtime: 'nodejs24.x',
    });
  });

  it('is all that the function may change: it has no access to documents', () => {
    const statements = Object.values<any>(template.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const [{ Action, Resource }] = statements.filter(({ Action: action }: any) => action.includes('es:ESHttpDelete'));
    expect(Action).toEqual(['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete']);
    expect(Resource.map((each: any) => each['Fn::Join'][1][1])).toEqual([
      '/_plugins/_ism/policies/logs-gateway',
      '/_plugins/_ism/change_policy/logs-gateway*',
      '/_index_template/logs-gateway',
      '/_data_stream/logs-gateway-default',
      '/_data_stream/logs-gateway-default/_stats',
      '/_plugins/_alerting/monitors',
      '/_plugins/_alerting/monitors/*',
      '/_dashboards/api/saved_objects/*',
    ]);
  });

  it('has no ingest from the internet by default', () => {
    template.resourceCountIs('AWS::ApiGatewayV2::Api', 0);
    const stack = testStack();
    const logs = new OpenSearchLogs(stack, 'Logs', { vpc: new ec2.Vpc(stack, 'Vpc') });
    expect(() => logs.pluginConfig()).toThrow(
      'Cloud/Logs: ingest: got none, expected one, because http-log cannot sign requests and OpenSearch accepts '
        + 'signed requests only: set ingest: true',
    );
  });
});

describe('an ingest', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const logs = new OpenSearchLogs(stack, 'Logs', { vpc: cluster.vpc, ingest: true });
  const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
  controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster), logs });
  controlPlane.addDataPlane('Shop', { target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' }), logs });
  const template = Template.fromStack(stack);

  it('is one route of an HTTP API, bounded and logged, before a function that may write documents and read the token', () => {
    // A path that no stranger can guess: others start no function, and take nothing from the throttle of this route.
    const id = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: { 'Fn::Join': ['', ['POST /logs/', id]] } });
    template.resourceCountIs('AWS::ApiGatewayV2::Route', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      AccessLogSettings: { DestinationArn: Match.anyValue() },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.anyValue(),
          Match.anyValue(),
          {
            Action: ['es:ESHttpPost', 'es:ESHttpPut'],
            Effect: 'Allow',
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/logs-gateway-*']] },
          },
          { Action: 'secretsmanager:GetSecretValue', Effect: 'Allow', Resource: { Ref: Match.stringLikeRegexp('^LogsIngestToken') } },
        ],
      },
    });
  });

  it('has a token, which planes anywhere mount, and needs no role of theirs', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'hybridge/Cloud/logs/ingest',
      GenerateSecretString: Match.objectLike({ GenerateStringKey: 'token', PasswordLength: 64 }),
    });
    expect(
      JSON.parse(only(writtenManifests(stack, 'pods'), 'SecretProviderClass', 'pods-logs').spec.parameters.objects)[0].objectName,
    ).toBe('hybridge/Cloud/logs/ingest');
    const roles = Object.entries<any>(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.includes('Pods'));
    expect(JSON.stringify(roles)).not.toContain('es:ESHttp');
  });

  it('is what http-log sends to, in batches, with a reference for the token', () => {
    expect(logs.pluginConfig()).toMatchObject({
      method: 'POST',
      headers: { 'x-log-token': '{vault://env/logs-token}' },
      queue: { max_batch_size: 200, max_retry_time: 3600 },
    });
    const id = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    expect(stack.resolve(logs.pluginConfig().http_endpoint)).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^LogsIngestApi/), 'ApiEndpoint'] }, '/logs/', id]],
    });
  });
});

it('accepts an existing domain, and creates in it what gateways need', () => {
  const stack = testStack();
  const vpc = new ec2.Vpc(stack, 'Vpc');
  OpenSearchLogs.existing(stack, 'Logs', {
    vpc,
    domain: opensearch.Domain.fromDomainEndpoint(stack, 'Domain', 'https://vpc-acme-abc.eu-central-1.es.amazonaws.com'),
    securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
    ingest: true,
  });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::OpenSearchService::Domain', 0);
  template.hasResourceProperties('Custom::HybridgeLogStream', { Endpoint: 'https://vpc-acme-abc.eu-central-1.es.amazonaws.com' });
  template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-0123456789abcdef0', FromPort: 443 }, 2);
});

it.each([0, 3651, 1.5])('refuses to keep logs for %d days', (retentionDays) => {
  expect(() => new OpenSearchLogs(testStack(), 'Logs', { vpc: new ec2.Vpc(new Stack(), 'Vpc'), retentionDays })).toThrow(
    `retentionDays: got ${retentionDays}, expected a whole number, 1 to 3650`,
  );
});

it('accepts a size, and can be deleted with the stack', () => {
  domain({ storageGib: 500, removalPolicy: RemovalPolicy.DESTROY }).hasResource('AWS::OpenSearchService::Domain', {
    Properties: { EBSOptions: { VolumeSize: 500 } }, DeletionPolicy: 'Delete',
  });
});

it.each([9, 1537, 10.5])('refuses %d GiB', (storageGib) => {
  expect(() => domain({ storageGib })).toThrow(`storageGib: got ${storageGib}, expected a whole number of GiB, 10 to 1536`);
});
