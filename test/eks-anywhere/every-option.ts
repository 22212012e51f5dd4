import { Duration } from 'aws-cdk-lib';
import { CiliumPolicyMode, CiliumRoutingMode, EksAnywhereClusterProps, FluxSync, IdentityProvider, SshKeyAlgorithm } from '../../src';

/** Every option that all kinds of clusters have. */
export const EVERY_OPTION: Partial<EksAnywhereClusterProps> = {
  dnsResolvConf: '/etc/resolv.conf',
  cilium: {
    policyMode: CiliumPolicyMode.ALWAYS,
    routingMode: CiliumRoutingMode.DIRECT,
    nativeRoutingCidr: '10.0.0.0/8',
    ipv6NativeRoutingCidr: 'fd00:10::/32',
    egressMasqueradeInterfaces: 'eth0',
    exclusive: false,
  },
  identityProviders: [
    IdentityProvider.oidc({
      clientId: 'kubernetes',
      issuerUrl: 'https://sso.acme.example',
      usernameClaim: 'email',
      usernamePrefix: 'sso:',
      groupsClaim: 'groups',
      groupsPrefix: 'sso:',
      requiredClaims: { aud: 'kubernetes' },
    }),
    IdentityProvider.awsIam({
      region: 'eu-central-1',
      roles: [{ arn: 'arn:aws:iam::123456789012:role/admin', username: 'admin', groups: ['system:masters'] }],
      users: [{ arn: 'arn:aws:iam::123456789012:user/ops', username: 'ops' }],
    }),
  ],
  gitOps: FluxSync.git({
    repositoryUrl: 'ssh://git@git.acme.example/clusters.git',
    sshKeyAlgorithm: SshKeyAlgorithm.ED25519,
    branch: 'release',
    path: 'clusters/one',
  }),
  proxy: { httpProxy: '10.20.0.4:3128', httpsProxy: 'http://proxy.acme.example:3128', noProxy: ['10.0.0.0/8'] },
  registryMirror: {
    endpoint: 'registry.acme.example',
    port: 5000,
    namespaces: [{ registry: 'public.ecr.aws', namespace: 'mirror' }],
    authenticate: true,
    insecureSkipVerify: true,
  },
  serviceAccountIssuer: 'https://s3.eu-central-1.amazonaws.com/acme-issuer',
  curatedPackages: false,
  packageController: {
    repository: 'registry.acme.example/packages',
    tag: '0.4.5',
    digest: `sha256:${'ab'.repeat(32)}`,
    environment: { HTTPS_PROXY: 'http://proxy.acme.example:3128', MODE: 'a=b' },
    requests: { cpu: '100m', memory: '50Mi' },
    limits: { memory: '450Mi' },
    disableWebhooks: true,
  },
  packageCronJob: { repository: 'registry.acme.example/token-refresher', tag: '0.4.5', digest: `sha256:${'cd'.repeat(32)}`, disable: true },
  machineHealthCheck: { maxUnhealthy: '40%', unhealthyMachineTimeout: Duration.minutes(3) },
};
