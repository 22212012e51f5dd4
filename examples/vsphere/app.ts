/**
 * A cluster of virtual machines on vSphere: three control plane nodes, workers in two failure domains. In AWS: a role
 * that its nodes assume with their certificates, to pull images from Amazon ECR. Nothing in AWS is public, and the site
 * holds no access key.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Size, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CertificateAuthority, EksAnywhereKubernetesVersion, OperatingSystem, Package, RolesAnywhere, VSphereCluster } from 'cdk-hybridge';

const app = new App();
const aws = new Stack(app, 'BranchInAws', { env: { region: 'eu-central-1' } });

/** Our images, and those of curated packages. */
const repositories = ['arn:aws:ecr:eu-central-1:123456789012:repository/*', 'arn:aws:ecr:*:783794618700:repository/*'];

/** Each rack is a compute cluster of its own, with its own storage. */
const failureDomains = ['a', 'b'].map((rack) => ({
  name: `rack-${rack}`,
  computeCluster: `/DC1/host/rack-${rack}`,
  resourcePool: `/DC1/host/rack-${rack}/Resources/kubernetes`,
  datastore: `/DC1/datastore/rack-${rack}`,
  folder: '/DC1/vm/kubernetes',
  network: '/DC1/network/nodes',
}));

const branch = new VSphereCluster(app, 'Branch', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  endpoint: '10.30.0.10',
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  server: 'vcenter.acme.example',
  datacenter: 'DC1',
  network: 'nodes',
  datastore: '/DC1/datastore/rack-a',
  folder: '/DC1/vm/kubernetes',
  resourcePool: '/DC1/host/rack-a/Resources/kubernetes',
  template: '/DC1/vm/Templates/ubuntu-2204-kube-1-35',
  os: OperatingSystem.ubuntu(),
  failureDomains,
  controlPlaneNodes: { count: 3 },
  workerNodes: failureDomains.map(({ name }) => ({ name, count: 2, cpus: 4, memory: Size.gibibytes(16), failureDomain: name })),
  sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBgFy2G2v5gvEm2CZd35s+SKYgPnAkKPHUJ0HPpgiwh operators@acme.example',
});

branch.addPackage(Package.metalLb({ pools: [{ name: 'default', addresses: ['10.30.0.100-10.30.0.120'] }] }));
branch.addPackage(
  Package.credentialProvider({ matchImages: ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', '783794618700.dkr.ecr.*.amazonaws.com'] }),
);

const anywhere = new RolesAnywhere(aws, 'Anywhere', {
  authority: CertificateAuthority.fromPem(readFileSync(join(__dirname, 'branch-ca.pem'), 'utf8')),
});
const nodes = anywhere.addRole('Nodes', { organization: 'system:nodes' });
nodes.addToPolicy(
  new PolicyStatement({
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: repositories,
  }),
);
// Knows no resources.
nodes.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
new CfnOutput(aws, 'NodeConfiguration', { value: anywhere.nodeConfiguration(nodes) });

app.synth();
