import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AdminExposure, ClusterCompute, CognitoIdentity, EksTarget, GatewayDatabase, GatewayEngine } from '../../src';
import type { AdminLoadBalancerOptions } from '../../src';
import { environment, kubectlLayer, only, testCluster, testControlPlane, testStack, topologyEntry, writtenManifests } from './sample';

function options(stack: Stack, more: Partial<AdminLoadBalancerOptions> = {}): AdminLoadBalancerOptions {
  return {
    hostname: 'admin.acme.example',
    certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-central-1:111122223333:certificate/0b1c'),
    identity: more.identity ?? new CognitoIdentity(stack, 'Administrators'),
    cidrs: ['10.20.0.0/16'],
    ...more,
  };
}

const exposure = (stack: Stack, more: Partial<AdminLoadBalancerOptions> = {}) => AdminExposure.internalLoadBalancer(options(stack, more));

describe('an internal load balancer', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const zone = new PrivateHostedZone(stack, 'Zone', { zoneName: 'acme.example', vpc: cluster.vpc });
  const controlPlane = testControlPlane(stack, {
    target: EksTarget.cluster(cluster),
    adminExposure: exposure(stack, { hostedZone: zone }),
  });
  const template = Template.fromStack(stack);
  const manifests = writtenManifests(stack, 'control-plane');
  const [[loadBalancer, { Properties: properties }]] = Object.entries<any>(
    template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'),
  );

  it('has private addresses, cannot be deleted by mistake, and refuses requests that servers read differently', () => {
    expect(properties).toMatchObject({
      Scheme: 'internal',
      Type: 'application',
      Tags: [{ Key: 'hybridge:admin-api', Value: 'control-plane' }],
    });
    const attributes = Object.fromEntries(properties.LoadBalancerAttributes.map(({ Key, Value }: any) => [Key, Value]));
    expect(attributes).toMatchObject({
      'deletion_protection.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.desync_mitigation_mode': 'strictest',
    });
    const privateSubnets = cluster.vpc.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId));
    expect(properties.Subnets).toEqual(privateSubnets);
    expect(stack.resolve(controlPlane.adminLoadBalancer!.loadBalancerArn)).toEqual({ Ref: loadBalancer });
  });

  it('speaks TLS 1.3 and nothing else, and refuses what no rule knows', () => {
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }],
      Certificates: [{ CertificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/0b1c' }],
    });
  });

  it('requires a login with the user pool before reads, and accepts writes from its own pages only', () => {
    const rules = Object.values<any>(template.findResources('AWS::ElasticLoadBalancingV2::ListenerRule')).map(
      ({ Properties }) => Properties,
    );
    expect(rules.map(({ Conditions }) => Conditions)).toEqual([
      [
        { Field: 'host-header', HostHeaderConfig: { Values: ['admin.acme.example'] } },
        { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET', 'HEAD'] } },
      ],
      [
        { Field: 'host-header', HostHeaderConfig: { Values: ['admin.acme.example'] } },
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'Origin', Values: ['https://admin.acme.example'] } },
      ],
    ]);
    for (const { Actions } of rules) {
      expect(Actions).toMatchObject([
        { Type: 'authenticate-cognito', Order: 1, AuthenticateCognitoConfig: { SessionTimeout: 28_800 } },
        { Type: 'forward', Order: 2 },
      ]);
      const { UserPoolArn, UserPoolClientId, UserPoolDomain } = Actions[0].AuthenticateCognitoConfig;
      expect(
        [UserPoolArn['Fn::GetAtt'][0], UserPoolClientId.Ref, UserPoolDomain.Ref].map((id: string) => template.toJSON().Resources[id].Type),
      ).toEqual(['AWS::Cognito::UserPool', 'AWS::Cognito::UserPoolClient', 'AWS::Cognito::UserPoolDomain']);
    }
  });

  it('is where the login returns to, with a client that has a secret', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      CallbackURLs: ['https://admin.acme.example/oauth2/idpresponse'],
      GenerateSecret: true,
      AllowedOAuthFlows: ['code'],
    });
  });

  it('accepts connections from the given networks, and connects to pods and Cognito', () => {
    const [group] = Object.values<any>(
      template.findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'Administrators of the gateway plane control-plane' },
      }),
    );
    expect(group.Properties.SecurityGroupIngress).toMatchObject([{ CidrIp: '10.20.0.0/16', FromPort: 443, ToPort: 443 }]);
    const pods = stack.resolve(cluster.cluster.clusterSecurityGroupId);
    expect(
      group.Properties.SecurityGroupEgress.map(({ ToPort, CidrIp, DestinationSecurityGroupId }: any) => [
        ToPort,
        CidrIp ?? DestinationSecurityGroupId,
      ]),
    ).toEqual([
      [8444, pods],
      [8100, pods],
      [443, '0.0.0.0/0'],
    ]);
    const ingress = Object.values<any>(template.findResources('AWS::EC2::SecurityGroupIngress', { Properties: { GroupId: pods } }));
    expect(ingress.map(({ Properties: { FromPort, ToPort } }) => [FromPort, ToPort]).sort()).toEqual([[8100, 8100], [8444, 8444]]);
  });

  it('reaches the Admin API with TLS on a port that only its subnets may use', () => {
    expect(environment(only(manifests, 'Deployment')).KONG_ADMIN_LISTEN).toEqual({ value: '0.0.0.0:8001, 0.0.0.0:8444 ssl' });
    expect(only(manifests, 'Deployment').spec.template.spec.containers[0].ports).toContainEqual({
      name: 'admin-tls',
      containerPort: 8444,
      protocol: 'TCP',
    });
    expect(only(manifests, 'Service', 'control-plane-admin').spec).toMatchObject({
      type: 'ClusterIP',
      ports: [{ port: 8001 }, { port: 8444, targetPort: 'admin-tls' }],
    });
    const rules = only(manifests, 'NetworkPolicy', 'control-plane').spec.ingress;
    const subnets = cluster.vpc.privateSubnets.map(({ ipv4CidrBlock }) => ({ ipBlock: { cidr: ipv4CidrBlock } }));
    expect(rules.filter(({ ports }: any) => ports.some(({ port }: any) => port === 8444))).toEqual([
      { from: subnets, ports: [{ protocol: 'TCP', port: 8444 }] },
    ]);
    expect(JSON.stringify(rules.filter(({ ports }: any) => ports.some(({ port }: any) => port === 8001)))).not.toContain('ipBlock');
  });

  it('has the controller of Auto Mode register the pods, in target groups with its tag', () => {
    expect(only(manifests, 'TargetGroupBinding', 'control-plane-admin')).toMatchObject({
      apiVersion: 'eks.amazonaws.com/v1',
      metadata: { namespace: 'control-plane' },
      spec: { targetType: 'ip', serviceRef: { name: 'control-plane-admin', port: 8444 } },
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      TargetType: 'ip', Protocol: 'HTTPS', Port: 8444, HealthCheckPort: '8100', HealthCheckPath: '/status/ready',
      Tags: [{ Key: 'eks:eks-cluster-name', Value: stack.resolve(cluster.cluster.clusterName) }],
    });
  });

  it('writes access logs into a private bucket of its own', () => {
    const [[bucket, { Properties: own }]] = Object.entries<any>(template.findResources('AWS::S3::Bucket'));
    expect(own).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    expect(properties.LoadBalancerAttributes).toEqual(
      expect.arrayContaining([
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: { Ref: bucket } },
        { Key: 'access_logs.s3.prefix', Value: 'control-plane' },
      ]),
    );
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 's3:PutObject',
            Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          }),
        ]),
      },
    });
    const policies = Object.keys(template.findResources('AWS::S3::BucketPolicy'));
    expect(template.toJSON().Resources[loadBalancer].DependsOn).toEqual(expect.arrayContaining(policies));
  });

  it('is in the picture, with the pool of administrators', () => {
    expect(topologyEntry(stack, 'control-plane')).toMatchObject({
      hostname: 'admin.acme.example',
      uses: expect.arrayContaining(['Cloud/Administrators']),
    });
  });

  it('has a record in the zone', () => {
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'admin.acme.example.',
      Type: 'A',
      AliasTarget: Match.objectLike({ DNSName: Match.anyValue() }),
    });
  });
});

describe('the same elsewhere', () => {
  it('is kept by the AWS Load Balancer Controller of node groups, whose role may change target groups with its tag', () => {
    const stack = testStack();
    const cluster = testCluster(stack, { compute: ClusterCompute.nodeGroups({ name: 'gateways' }) });
    testControlPlane(stack, { target: EksTarget.cluster(cluster), adminExposure: exposure(stack) });
    const binding = only(writtenManifests(stack, 'control-plane'), 'TargetGroupBinding');
    expect(binding).toMatchObject({ apiVersion: 'elbv2.k8s.aws/v1beta1' });
    Template.fromStack(stack).hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Tags: [{ Key: 'elbv2.k8s.aws/cluster', Value: stack.resolve(cluster.cluster.clusterName) }],
    });
  });

  it('works with Kong\'s chart: its Service has the port, and the binding waits for the release', () => {
    const stack = testStack();
    testControlPlane(stack, { engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }), adminExposure: exposure(stack) });
    const template = Template.fromStack(stack);
    const [
      {
        Properties: { Values },
      },
    ] = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-HelmChart', { Properties: { Chart: 'kong' } }));
    const text = typeof Values === 'string' ? Values : JSON.stringify(Values);
    expect(text.replace(/\\"/g, '"')).toContain(
      '"admin":{"enabled":true,"type":"ClusterIP","http":{"enabled":true,"servicePort":8001,"containerPort":8001},'
        + '"tls":{"enabled":true,"servicePort":8444,"containerPort":8444}}',
    );
    const [binding] = Object.values<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).filter(({ Properties }) =>
      JSON.stringify(Properties.Manifest).includes('TargetGroupBinding'),
    );
    expect(binding.DependsOn.map((id: string) => template.toJSON().Resources[id].Type)).toContain('Custom::AWSCDK-EKS-HelmChart');
  });

  it('logs in with a pool that exists, by the first part of a domain of Amazon\'s or by the whole of another', () => {
    const domains = ['acme.auth.eu-central-1.amazoncognito.com', 'login.acme.example'].map((loginHost) => {
      const stack = testStack();
      const identity = CognitoIdentity.existing(stack, 'People', {
        userPool: UserPool.fromUserPoolId(stack, 'Users', 'eu-central-1_Ab3dEfGhI'),
        webClient: UserPoolClient.fromUserPoolClientId(stack, 'Client', '7abcdefghijklmnopqrstuvwxy'),
        loginHost,
      });
      testControlPlane(stack, { adminExposure: exposure(stack, { identity }) });
      const [rule] = Object.values<any>(Template.fromStack(stack).findResources('AWS::ElasticLoadBalancingV2::ListenerRule'));
      return rule.Properties.Actions[0].AuthenticateCognitoConfig.UserPoolDomain;
    });
    expect(domains).toEqual(['acme', 'login.acme.example']);
  });

  it('uses the given bucket for access logs and the given session duration', () => {
    const stack = testStack();
    const accessLogs = Bucket.fromBucketName(stack, 'Logs', 'acme-access-logs');
    testControlPlane(stack, {
      adminExposure: exposure(stack, { accessLogs, sessionDuration: Duration.hours(1), deletionProtection: false }),
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'deletion_protection.enabled', Value: 'false' },
        { Key: 'access_logs.s3.bucket', Value: 'acme-access-logs' },
      ]),
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Actions: Match.arrayWith([Match.objectLike({ AuthenticateCognitoConfig: Match.objectLike({ SessionTimeout: 3600 }) })]),
    });
  });

  it('uses one subnet per zone where a VPC has several', () => {
    const stack = testStack();
    const subnetConfiguration = [
      { name: 'Public', subnetType: SubnetType.PUBLIC },
      { name: 'Nodes', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Others', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ];
    const vpc = new Vpc(stack, 'Company', { maxAzs: 2, subnetConfiguration });
    testControlPlane(stack, {
      target: EksTarget.cluster(testCluster(stack, { vpc, subnets: { subnetGroupName: 'Nodes' } })),
      adminExposure: exposure(stack),
    });
    const [{ Properties }] = Object.values<any>(Template.fromStack(stack).findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    expect(Properties.Subnets).toEqual(vpc.selectSubnets({ subnetGroupName: 'Nodes' }).subnetIds.map((id) => stack.resolve(id)));
  });

  it('makes no load balancer by default', () => {
    const stack = testStack();
    expect(testControlPlane(stack, { adminExposure: AdminExposure.clusterIp() }).adminLoadBalancer).toBeUndefined();
    expect(environment(only(writtenManifests(stack, 'control-plane'), 'Deployment')).KONG_ADMIN_LISTEN).toEqual({ value: '0.0.0.0:8001' });
  });
});

describe('refused', () => {
  const stack = new Stack(new App(), 'Cloud', { env: { region: 'eu-central-1' } });
  const given = options(stack);

  it.each<[string, object, string]>([
    ['the whole internet', { cidrs: ['10.0.0.0/8', '0.0.0.0/0'] }, 'cidrs[1]: got 0.0.0.0/0, which contains public addresses'],
    ['a quarter of the internet', { cidrs: ['64.0.0.0/2'] }, 'cidrs[0]: got 64.0.0.0/2'],
    ['no networks', { cidrs: [] }, 'cidrs: got an empty list'],
    ['a network with host bits', { cidrs: ['10.20.0.1/16'] }, 'cidrs[0]: got "10.20.0.1/16", expected an IPv4 network'],
    ['no certificate', { certificate: undefined }, 'certificate: got undefined, expected one of ACM for admin.acme.example'],
    [
      'a certificate of another name',
      { certificate: new Certificate(stack, 'Other', { domainName: 'other.example' }) },
      'certificate: is for other.example, expected one for admin.acme.example',
    ],
    ['no login', { identity: undefined }, 'identity: got undefined, expected a CognitoIdentity'],
    [
      'an address as a name',
      { hostname: 'https://admin.acme.example/' },
      'hostname: got "https://admin.acme.example/", expected a full name in lower case',
    ],
    [
      'a name that rules cannot compare',
      { hostname: `${'a'.repeat(60)}.${'b'.repeat(60)}.example` },
      '129 characters, expected at most 120',
    ],
    ['a name without a dot', { hostname: 'admin' }, 'hostname: got "admin"'],
    ['a session of 8 days', { sessionDuration: Duration.days(8) }, 'sessionDuration: got 8 days, expected five minutes to seven days'],
    [
      'a hosted zone of another domain',
      { hostedZone: PrivateHostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'other.example' }) },
      'hostedZone: got other.example, which admin.acme.example is not in',
    ],
  ])('%s', (_, wrong, message) => {
    expect(() => AdminExposure.internalLoadBalancer({ ...given, ...wrong } as AdminLoadBalancerOptions)).toThrow(message);
  });

  it('a user pool that consumers also use', () => {
    const mixed = testStack();
    const identity = new CognitoIdentity(mixed, 'Shared');
    const target = EksTarget.cluster(testCluster(mixed));
    const controlPlane = testControlPlane(mixed, { target, adminExposure: exposure(mixed, { identity }) });
    controlPlane.addDataPlane('Apis', { target, hostname: 'apis.acme.example', identity });
    expect(() => (mixed.node.root as App).synth()).toThrow(
      /every consumer would be an administrator: expected a separate one for administrators/,
    );
  });

  it('a certificate or a user pool of another region', () => {
    const here = testStack();
    const certificate = Certificate.fromCertificateArn(here, 'Elsewhere', 'arn:aws:acm:us-east-1:111122223333:certificate/0b1c');
    expect(() => testControlPlane(here, { adminExposure: exposure(here, { certificate }) })).toThrow(
      'its certificate is in us-east-1, expected eu-central-1',
    );
    const other = testStack();
    const identity = new CognitoIdentity(testStack('us-east-1', other.node.root as App, 'Virginia'), 'Administrators');
    expect(() => testControlPlane(other, { adminExposure: exposure(other, { identity }) })).toThrow(
      'its identity is in us-east-1, expected eu-central-1',
    );
  });

  it('a cluster whose networks or controller are not known', () => {
    const imported = (vpc: object, loadBalancerClass?: string) => {
      const here = testStack();
      const cluster = Cluster.fromClusterAttributes(here, 'Company', {
        clusterName: 'company',
        clusterSecurityGroupId: 'sg-0c1f5a6e7d8b90a12',
        vpc: Vpc.fromVpcAttributes(here, 'Network', {
          vpcId: 'vpc-1',
          availabilityZones: ['a', 'b'],
          privateSubnetIds: ['subnet-1', 'subnet-2'],
          privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
          ...vpc,
        }),
      });
      const target = EksTarget.existingCluster(cluster, {
        networkPoliciesEnforced: true, kubectlLayer: kubectlLayer(here), loadBalancerClass,
      });
      return testControlPlane(here, { target, database: GatewayDatabase.auroraServerless(), adminExposure: exposure(here) });
    };
    expect(() => imported({})).toThrow('give privateSubnetIpv4CidrBlocks or vpcCidrBlock to Vpc.fromVpcAttributes()');
    expect(() => imported({ vpcCidrBlock: '10.0.0.0/16' }, 'acme.example/lb')).toThrow(
      'loadBalancerClass: got acme.example/lb, expected eks.amazonaws.com/nlb or service.k8s.aws/nlb',
    );
    expect(imported({ privateSubnetIpv4CidrBlocks: ['10.0.1.0/24', '10.0.2.0/24'] }).adminLoadBalancer).toBeDefined();
  });
});
