/** Checks subnets without a route to the internet: nodes and pods in them need VPC endpoints. */
import { Annotations, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Name of a service in that of its endpoint → what needs it, for people. */
type EndpointNeeds = Readonly<Record<string, string>>;

/** What functions need that apply manifests. */
export const KUBECTL_NEEDS: EndpointNeeds = {
  eks: 'functions that apply manifests ask it for the cluster',
  sts: 'identity towards the cluster',
  lambda: 'functions that apply manifests call each other',
  s3: 'layers of images, and answers to CloudFormation',
};

/** What nodes and pods of a plane need in addition. */
export const NODE_NEEDS: EndpointNeeds = {
  'ec2': 'nodes and their network',
  'ecr.api': 'images',
  'ecr.dkr': 'images',
  'eks-auth': 'roles of pods',
  'secretsmanager': 'secrets of pods',
};

/** Acknowledge it if the imported VPC has them. */
const ENDPOINTS_WARNING = 'cdk-hybridge:vpc.endpoints';

interface IsolationProps {
  /** That the subnets come from. */
  readonly property: string;
  readonly vpc: ec2.IVpc;
  readonly subnets: readonly ec2.ISubnet[];
  readonly needs: EndpointNeeds;
}

/** Those without a way to the internet. */
export function isolatedOf(vpc: ec2.IVpc, subnets: readonly ec2.ISubnet[]): readonly ec2.ISubnet[] {
  const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
  return subnets.filter(({ subnetId }) => isolated.has(subnetId));
}

/**
 * Refuses, at synthesis, isolated subnets of a VPC that lacks endpoints. Endpoints of an imported VPC may be made
 * elsewhere: there it is a warning.
 *
 * @param scope that the finding belongs to
 */
export function watchEndpoints(scope: Construct, { property, vpc, subnets, needs }: IsolationProps): void {
  const isolated = isolatedOf(vpc, subnets);
  if (isolated.length === 0) return;
  const finding = () => {
    const missing = Object.entries(needs).filter(([service]) => !endpointsOf(vpc).some((name) => name.endsWith(`.${service}`)));
    if (missing.length === 0) return undefined;
    const list = missing.map(([service, why]) => `${service} (${why})`).join(', ');
    return (
      `${property}: ${isolated.map(({ node }) => node.path).join(', ')} have no way to the internet, and the VPC has `
        + `no endpoints for ${list}: add them with vpc.addInterfaceEndpoint(), s3 with` +
      ' vpc.addGatewayEndpoint(), or choose subnets with a way to the internet'
    );
  };
  if (vpc.node.defaultChild instanceof ec2.CfnVPC) {
    scope.node.addValidation({ validate: () => [finding()].filter((text) => text !== undefined) });
    return;
  }
  const text = finding();
  if (text) Annotations.of(scope).addWarningV2(ENDPOINTS_WARNING, `${text}; if they are made elsewhere, acknowledge ${ENDPOINTS_WARNING}`);
}

/** Names of the services that the VPC has endpoints of in this app. */
function endpointsOf(vpc: ec2.IVpc): readonly string[] {
  const id = JSON.stringify(Stack.of(vpc).resolve(vpc.vpcId));
  return vpc.node.root.node.findAll()
    .filter((construct) => construct instanceof ec2.CfnVPCEndpoint)
    .filter((endpoint) => JSON.stringify(Stack.of(endpoint).resolve(endpoint.vpcId)) === id)
    .map((endpoint) => suffixOf(Stack.of(endpoint).resolve(endpoint.serviceName)));
}

/** What an expression ends with is known: the region in the middle may not be. */
function suffixOf(value: unknown): string {
  const [separator, parts] = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'] ?? ['', [value]];
  return parts.map(String).join(separator);
}
