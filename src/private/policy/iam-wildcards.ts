/** Statements of IAM whose resources or actions hold a `*`, and why they do: what is not listed here is a mistake. */

import { LOAD_BALANCER_READS, LOAD_BALANCER_WRITES } from './load-balancer-actions';

/** One explained wildcard. */
interface ExplainedWildcard {
  /** What the statement may do; each of its actions has to be one of them. */
  readonly actions: readonly string[];
  /** The resource as text: references in angle brackets, such as `<Bucket.Arn>/*`. */
  readonly resource: RegExp;
  readonly reason: string;
}

/** Of the AWS Load Balancer Controller: each statement names the cluster's tag where IAM knows it. */
const LOAD_BALANCERS: readonly ExplainedWildcard[] = [
  {
    actions: LOAD_BALANCER_READS,
    resource: /^\*$/,
    reason:
      'IAM knows no resource of actions that list; the controller looks for subnets, security groups and load '
        + 'balancers of its cluster by their tags',
  },
  {
    actions: [
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:DeleteTags',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:RevokeSecurityGroupIngress',
      'ec2:DeleteSecurityGroup',
    ],
    resource: /:security-group\/\*$/,
    reason:
      'the controller creates security groups whose ids are unknown at synth; it changes those only that carry the tag of its cluster',
  },
  {
    actions: LOAD_BALANCER_WRITES,
    resource: /:elasticloadbalancing:\S+:(loadbalancer\/net\/\*\/\*|targetgroup\/\*\/\*|listener\/net\/\*\/\*\/\*)$/,
    reason:
      'the controller creates load balancers whose names are unknown at synth; it changes those, their listeners and target '
        + 'groups only that carry the tag of its cluster',
  },
];

export const EXPLAINED_WILDCARDS: readonly ExplainedWildcard[] = [
  {
    actions: ['eks:DescribeAddonVersions'],
    resource: /^\*$/,
    reason: 'a function asks which version of an add-on belongs to a version of Kubernetes: IAM knows no resource of the public list',
  },
  {
    actions: ['elasticloadbalancing:DescribeTargetHealth'],
    resource: /^\*$/,
    reason: 'an instance asks whether its load balancer sends to it before it ends its start: IAM knows no resource of actions that list',
  },
  ...LOAD_BALANCERS,
  {
    actions: ['ecr:GetAuthorizationToken'],
    resource: /^\*$/,
    reason:
      'the token is for the whole registry of the account: IAM knows no resource of this action; what may be pulled '
        + 'with it is a statement of its own',
  },
  {
    actions: [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
      'ssm:UpdateInstanceInformation',
    ],
    resource: /^\*$/,
    reason:
      'an instance reports itself and opens channels to Systems Manager before its name is known: IAM supports no '
        + 'resources for these actions',
  },
  {
    actions: ['ssm:CreateActivation', 'ssm:DeleteActivation', 'eks:RegisterCluster'],
    resource: /^\*$/,
    reason: 'activations have no ARN, nor has a cluster before it is registered: IAM knows no resource of these actions',
  },
  {
    actions: ['ssm:DescribeInstanceInformation'],
    resource: /^\*$/,
    reason: 'a machine looks for itself in Systems Manager when it leaves: IAM knows no resource of actions that list',
  },
  {
    actions: ['ssm:DeregisterManagedInstance'],
    resource: /:managed-instance\/\*$/,
    reason: 'Systems Manager chooses the number of the instance when the site connects, long after the statement is deployed',
  },
  {
    actions: ['ssmmessages:CreateControlChannel'],
    resource: /:eks:\S+:cluster\/\*$/,
    reason: 'the agent opens its channel before its cluster has a name in Amazon EKS',
  },
  {
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resource: /:repository\/(\S*\/)?\*$/,
    reason:
      'curated packages and mirrors hold as many repositories as packages have images, named with each release; the '
        + 'registry is one, and the actions only read',
  },
  {
    actions: ['es:ESHttpPost', 'es:ESHttpPut'],
    resource: /\/logs-gateway-\*$/,
    reason: 'the data streams of gateways: one for each namespace, behind a common prefix; writing only',
  },
  {
    actions: ['es:ESHttpGet', 'es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'],
    resource: /\/(_plugins\/_ism\/change_policy\/logs-gateway\*|_plugins\/_alerting\/monitors\/\*|_dashboards\/api\/saved_objects\/\*)$/,
    reason:
      "the indices behind the gateways' data streams are numbered, OpenSearch chooses the ids of alerts, and "
        + 'Dashboards names objects by type: what is not logs of gateways and not about them is left out',
  },
  {
    actions: ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
    resource: /^\*$/,
    reason:
      "Lambda gives a function its address in a VPC in the name of the function's role, and asks before it exists "
        + 'whether the role may: IAM knows no resource of some of these actions',
  },
  {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
    resource: /:log-group:RDSOSMetrics:log-stream:\*$/,
    reason: 'RDS names a log stream after each instance, in the one group that it writes',
  },
  {
    actions: ['lambda:InvokeFunction'],
    resource: /^<\S+KubectlProvider\S+\.Arn>:\*$/,
    reason: 'all versions of the one function that applies manifests: written by CDK',
  },
  {
    actions: ['s3:GetObject*', 's3:GetBucket*', 's3:List*'],
    resource: /:s3:::cdk-[a-z0-9]+-assets-\S+$/,
    reason: 'the files that CDK copies come from the bucket of its bootstrap, which holds nothing else: written by CDK',
  },
  {
    actions: ['s3:GetObject'],
    resource: /^<\S*Handoff\S*\.Arn>\/\S+\/\*$/,
    reason: "a site reads all files below its own prefix, which change with what runs there; no other site's",
  },
  {
    actions: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
    resource: /^<\S*Handoff\S*\.Arn>\/\*$/,
    reason: 'the function that writes the files of all sites into the one bucket that holds nothing else',
  },
  {
    actions: [
      's3:GetObject*',
      's3:GetBucket*',
      's3:List*',
      's3:DeleteObject*',
      's3:PutObject',
      's3:PutObjectLegalHold',
      's3:PutObjectRetention',
      's3:PutObjectTagging',
      's3:PutObjectVersionTagging',
      's3:Abort*',
    ],
    resource: /^<\S+\.Arn>(\/\*)?$/,
    reason: 'CDK copies files into the one bucket that the statement names: written by CDK',
  },
];

/** A wildcard of a policy document. */
interface Wildcard {
  /** As cdk-nag names it, such as `Resource::*` or `Action::s3:Get*`. */
  readonly id: string;
  /** Why it is right; absent when nothing explains it. */
  readonly reason?: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
  readonly NotAction?: unknown;
  readonly NotResource?: unknown;
}

/** @param document as it is in the template */
export function wildcardsOf(document: { readonly Statement?: readonly Statement[] }): Wildcard[] {
  const found = new Map<string, string | undefined>();
  for (const { Action, Resource, NotAction, NotResource } of (document.Statement ?? []).filter(({ Effect }) => Effect === 'Allow')) {
    // Everything else is a wildcard without a star.
    if (NotAction) found.set(`NotAction::${listOf(NotAction).join(', ')}`, undefined);
    if (NotResource) found.set(`NotResource::${listOf(NotResource).map(referenceText).join(', ')}`, undefined);
    const actions = listOf(Action).map(String);
    const resources = listOf(Resource).map(referenceText);
    const reason = (resource: string) => EXPLAINED_WILDCARDS
      .find((row) => row.resource.test(resource) && actions.every((action) => row.actions.includes(action)))?.reason;
    const note = (id: string, why: string | undefined) =>
      found.set(id, found.has(id) && (found.get(id) === undefined || why === undefined) ? undefined : why);
    for (const resource of resources.filter((each) => each.includes('*'))) note(`Resource::${resource}`, reason(resource));
    for (const action of actions.filter((each) => each.includes('*'))) {
      note(`Action::${action}`, resources.map(reason).find((why) => why === undefined) ?? reason(resources[0]));
    }
  }
  return [...found].map(([id, reason]) => ({ id, reason }));
}

/** A value of a template as text: references in angle brackets. The form is that of cdk-nag's ids. */
export function referenceText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value.replace(/\$\{/g, '<').replace(/\}/g, '>');
  const node = value as Readonly<Record<string, any>>;
  if (node['Fn::Join']) return node['Fn::Join'][1].map(referenceText).join(node['Fn::Join'][0]);
  if (node['Fn::Sub']) return referenceText(node['Fn::Sub']);
  if (node['Fn::GetAtt']) return `<${node['Fn::GetAtt'].map(referenceText).join('.')}>`;
  if (node['Fn::ImportValue']) return referenceText(node['Fn::ImportValue']);
  return node.Ref ? `<${referenceText(node.Ref)}>` : JSON.stringify(node);
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
