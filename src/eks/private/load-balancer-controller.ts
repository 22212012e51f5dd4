import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { podRole } from '../../private/kubernetes/pod-role';
import { loadBalancerStatements } from './load-balancer-statements';

const NAMESPACE = 'kube-system';
const NAME = 'aws-load-balancer-controller';

/** Version of the chart; version of the controller is 2 in place of the 1. */
const CHART_VERSION = '1.17.1';

/** Class of Services that the controller makes Network Load Balancers for. */
export const CONTROLLER_CLASS = 'service.k8s.aws/nlb';

interface LoadBalancerControllerProps {
  readonly cluster: eks.ICluster;
  /** What its pods need: nodes, Pod Identity. */
  readonly after: readonly IDependable[];
}

/**
 * The AWS Load Balancer Controller, for Network Load Balancers that pass TCP through: a chart, because EKS has no
 * add-on for it, and a role by Pod Identity with rights on what carries the cluster's tag.
 */
export class LoadBalancerController extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, { cluster, after }: LoadBalancerControllerProps) {
    super(scope, id);
    this.role = podRole(this, 'Role', 'AWS Load Balancer Controller');
    loadBalancerStatements(Stack.of(this), cluster).forEach((statement) => this.role.addToPolicy(statement));
    const association = new CfnPodIdentityAssociation(this, 'Identity', {
      clusterName: cluster.clusterName, namespace: NAMESPACE, serviceAccount: NAME, roleArn: this.role.roleArn,
    });
    const chart = new eks.HelmChart(this, 'Chart', {
      cluster,
      repository: 'https://aws.github.io/eks-charts',
      chart: NAME,
      version: CHART_VERSION,
      release: NAME,
      namespace: NAMESPACE,
      createNamespace: false,
      // Ready pods, which answer webhooks, before the first Service. The function that installs ends after fifteen minutes; not
      // atomic, because Helm would then wait once more for what it takes back, and be ended in the middle: the release would be
      // locked (pending-rollback). CloudFormation takes back what failed, and Helm installs over a release that failed.
      wait: true,
      timeout: Duration.minutes(13),
      values: {
        clusterName: cluster.clusterName,
        // Its pods cannot ask the metadata service of the node.
        region: Stack.of(this).region,
        vpcId: cluster.vpc.vpcId,
        serviceAccount: { create: true, name: NAME },
        // Services name their class: nothing needs to be changed on the way in, and Services can be made while the controller is away.
        enableServiceMutatorWebhook: false,
        // Pods start while the controller is away, too: then without the gate that waits for their load balancer.
        podMutatorWebhookConfig: { failurePolicy: 'Ignore' },
        enableShield: false,
        enableWaf: false,
        enableWafv2: false,
        createIngressClassResource: false,
        ingressClassParams: { create: false },
        podDisruptionBudget: { maxUnavailable: 1 },
      },
    });
    chart.node.addDependency(association, this.role, ...after);
  }
}
